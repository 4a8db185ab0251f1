// Version reporting: no socket at all.
// Prints the versions of libzmq, which does the work, and of tx0mq, which this program is written on.

import { parseArgs } from "node:util";
import { version, zmqVersion } from "tx0mq";

commandLine();

console.log(`Current libzmq version is ${zmqVersion}`);
console.log(`Current tx0mq version is ${version}`);

function commandLine(): void {
  try {
    parseArgs({ options: {} });
  } catch (error) {
    const [why] = (error as Error).message.split("\n");
    console.error(`usage: version   (${why})`);
    process.exit(2);
  }
}
