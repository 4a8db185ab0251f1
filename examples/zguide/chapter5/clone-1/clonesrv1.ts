// Clone server, model one: a PUB socket, bound to tcp://*:5556. It publishes key-value updates as fast as
// its clients take them. Those that are there from the start have the same map in the end.

import { randomInt } from "node:crypto";
import { ZmqFactory, ZmqXPubConnection } from "tx0mq";
import { flags } from "tx0mq/flags";
import { digest } from "../key-value-message/digest.ts";
import { KVMsg } from "../key-value-message/kvsimple.ts";

const { endpoint, clients, count } = flags({ endpoint: "tcp://*:5556", clients: 1, count: Number });

const factory = new ZmqFactory();
factory.registerForShutdown(); // Ctrl-C ends the loop below
// On the wire an XPUB is a PUB, but it reads who comes and who leaves. It waits for room instead of dropping.
const options = { verboser: true, noDrop: true };
const publisher = new ZmqXPubConnection(factory, { bind: endpoint }, options);
console.log(`clonesrv1 waits for ${clients} subscribed on ${publisher.address}`);
for (let subscribed = 0; subscribed < clients; ) {
  const [[comes]] = await publisher.receive();
  if (comes === 1) subscribed += 1;
  else if (comes === 0) subscribed -= 1;
}
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
