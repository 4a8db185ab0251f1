// UDP discovery, model one: sends a beacon to UDP port 9999 of everybody once a second, and prints
// whose beacons it hears. ZeroMQ has no part in it yet.

import { createSocket } from "node:dgram";
import { once } from "node:events";
import { flags } from "tx0mq/flags";

const { port, broadcast, interval } = flags({
  port: 9999,
  broadcast: "255.255.255.255",
  interval: 1000,
});

// Sends from a port of its own, by which it knows its own beacons.
const sender = createSocket("udp4").bind();
await once(sender, "listening");
sender.setBroadcast(true);
sender.connect(port, broadcast);
await once(sender, "connect");
const own = sender.address();

// Any number of nodes on one machine may listen to the port.
const listener = createSocket({ type: "udp4", reuseAddr: true }).bind(port);
listener.on("message", (beacon, peer) => {
  if (String(beacon) !== "!" || (peer.address === own.address && peer.port === own.port)) return;
  console.log(`Found peer ${peer.address}:${peer.port}`);
});
await once(listener, "listening");

ping();
setInterval(ping, interval);

function ping(): void {
  console.log("Pinging peers...");
  sender.send("!");
}
