// Clone server, model two: a PUB socket, bound to tcp://*:5557, that publishes key-value updates, and a
// ROUTER, bound to tcp://*:5556, that sends the state so far to any client that asks.

import { randomInt } from "node:crypto";
import { ZmqFactory, ZmqProtocolError, ZmqPubConnection, ZmqRouterConnection } from "tx0mq";
import { flags } from "tx0mq/flags";
import { digest } from "../key-value-message/digest.ts";
import { KVMsg } from "../key-value-message/kvsimple.ts";

const addresses = { snapshot: "tcp://*:5556", publisher: "tcp://*:5557" };
const { count, ...at } = flags({ ...addresses, count: Number });

const factory = new ZmqFactory();
factory.registerForShutdown(); // Ctrl-C ends the loop below
// Both wait for a client that is slow, instead of dropping its messages.
const publisher = new ZmqPubConnection(factory, { bind: at.publisher }, { noDrop: true });
const snapshot = new ZmqRouterConnection(factory, { bind: at.snapshot }, { mandatory: true });
console.log(`clonesrv2 listening on ${snapshot.address}, updates on ${publisher.address}`);

const kvmap = new Map<string, KVMsg>();
let sequence = 0;

snapshot.on("message", async (message) => {
  const [identity, request] = message;
  if (String(request) !== "ICANHAZ?") throw new ZmqProtocolError("it asks ICANHAZ?", message);
  // The state as it is now: what changes while it is sent is in the updates.
  const end = new KVMsg(sequence, "KTHXBAI");
  for (const kvmsg of [...kvmap.values(), end]) await snapshot.send([identity, ...kvmsg.frames]);
  console.log(`Sent state snapshot=${end.sequence}`);
});

while (!factory.closed && sequence !== count) {
  sequence += 1;
  const kvmsg = new KVMsg(sequence, `${randomInt(1, 10_001)}`, `${randomInt(1, 1_000_001)}`);
  kvmsg.store(kvmap);
  await publisher.send(kvmsg.frames);
}
console.log(`${sequence} messages out: ${kvmap.size} keys, digest ${digest(kvmap)}`);
