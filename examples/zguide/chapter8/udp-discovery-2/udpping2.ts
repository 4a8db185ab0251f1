// UDP discovery, model two: as model one, on a small UDP module. Sends a beacon to UDP port 9999 of
// everybody once a second, and prints whose beacons it hears.

import { flags } from "tx0mq/flags";
import { UDP } from "./udplib.ts";

const { interval, ...options } = flags({
  port: 9999,
  broadcast: "255.255.255.255",
  interval: 1000,
});

const udp = await UDP.open(options);
udp.on("message", (beacon, peer) => {
  if (String(beacon) === "!") console.log(`Found peer ${peer.address}:${peer.port}`);
});
ping();
setInterval(ping, interval);

function ping(): void {
  console.log("Pinging peers...");
  udp.send("!");
}
