// UDP discovery, model three: prints JOINED and LEFT, with a UUID, as nodes come and go. All the rest
// is in the Interface class; beacons go to UDP port 9999 of everybody.

import { flags } from "tx0mq/flags";
import { Interface } from "./interface.ts";

const network = await Interface.open(
  flags({ port: 9999, broadcast: "255.255.255.255", interval: 1000, expiry: 5000 }),
);
console.log(`I am ${network.uuid}`);
network.on("joined", (uuid) => console.log(`JOINED ${uuid}`));
network.on("left", (uuid) => console.log(`LEFT ${uuid}`));
