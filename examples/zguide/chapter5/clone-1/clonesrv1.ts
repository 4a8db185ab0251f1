// Clone server, model one: an XPUB socket, bound to tcp://*:5556. It publishes key-value updates as fast as
// its clients take them. Those that are there from the start have the same map in the end.

import { randomInt } from "node:crypto";
import { ZmqFactory, ZmqXPubConnection } from "tx0mq";
import { flags } from "tx0mq/flags";
import { digest } from "../key-value-message/digest.ts";
import { KVMsg } from "../key-value-message/kvsimple.ts";

const { endpoint, clients, count } = flags({ endpoint: "tcp://*:5556", clients: 1, count: Number });

const factory = new ZmqFactory();
factory.registerForShutdown(); // Ctrl-C ends the loop below
// An XPUB is a PUB that receives each subscription (a byte 1) and its end (a byte 0): so it can count clients.
const options = { verboser: true, noDrop: true }; // noDrop: it waits for a client that has no room
const publisher = new ZmqXPubConnection(factory, { bind: endpoint }, options);
console.log(`clonesrv1 waits for ${clients} subscribed on ${publisher.address}`);
let subscribed = 0;
while (subscribed < clients) {
  const [subscription] = await publisher.receive();
  if (subscription[0] === 1) subscribed += 1;
  else if (subscription[0] === 0) subscribed -= 1;
}
publisher.on("message", () => {}); // later ones are not counted, but read: unread, they would pile up
console.log("Publishing (Ctrl-C ends it)");

const kvmap = new Map<string, KVMsg>();
let sequence = 0;
while (!factory.closed && sequence !== count) {
  sequence += 1;
  const kvmsg = new KVMsg(sequence, `${randomInt(1, 10_001)}`, `${randomInt(1, 1_000_001)}`);
  kvmsg.store(kvmap);
  await publisher.send(kvmsg.frames);
}
console.log(`${sequence} messages out: ${kvmap.size} keys, digest ${digest(kvmap)}`);
await factory.shutdown();
