// Version reporting: no socket at all.
// Prints the versions of libzmq, which does the work, and of tx0mq, which this program is written on.

import { version, zmqVersion } from "tx0mq";
import { flags } from "tx0mq/flags";

flags({}); // takes none, and says so
console.log(`Current libzmq version is ${zmqVersion()}`);
console.log(`Current tx0mq version is ${version}`);
