// Clone client, model five: as model four, and each value that it sets vanishes after up to 30 seconds. A
// DEALER to tcp://localhost:5556, a SUB to tcp://localhost:5557, and a PUSH to tcp://localhost:5558.

import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { poll, ZmqDealerConnection, ZmqFactory, ZmqPushConnection, ZmqSubConnection } from "tx0mq";
import { flags } from "tx0mq/flags";
import { KVMsg } from "../key-value-message/kvmsg.ts";

const { subtree, keys, ttl, interval, ...at } = flags({
  snapshot: "tcp://localhost:5556",
  subscriber: "tcp://localhost:5557",
  publisher: "tcp://localhost:5558",
  subtree: "/client/",
  keys: 10_000,
  ttl: 30, // the longest, in seconds; 0 is for ever
  interval: 1000,
});

const factory = new ZmqFactory();
factory.registerForShutdown(); // Ctrl-C ends the loops below
const subscriber = new ZmqSubConnection(factory, { connect: at.subscriber });
subscriber.subscribe(subtree);
const snapshot = new ZmqDealerConnection(factory, { connect: at.snapshot });
const publisher = new ZmqPushConnection(factory, { connect: at.publisher });
console.log(`clonecli5 follows ${subtree} of ${at.subscriber} (Ctrl-C ends it)`);

const kvmap = new Map<string, KVMsg>();
let sequence = 0;

async function push(): Promise<void> {
  while (!factory.closed) {
    const kvmsg = new KVMsg({
      key: `${subtree}${randomInt(1, keys + 1)}`,
      properties: [["ttl", `${randomInt(ttl + 1)}`]],
      body: `${randomInt(1, 1_000_001)}`,
    });
    await publisher.send(kvmsg.frames); // waits while the server takes no more
    await sleep(interval);
  }
}
push();

// Once any update has come, also one of our own, the subscription is in force: then the state has no gap to it.
await poll({ readable: [subscriber] });
await snapshot.send(["ICANHAZ?", subtree]);
for await (const kvmsg of KVMsg.read(snapshot)) {
  if (kvmsg.key === "KTHXBAI") {
    sequence = kvmsg.sequence;
    console.log(`I: received snapshot=${sequence}, ${kvmap.size} keys`);
    break;
  }
  kvmsg.store(kvmap);
}

for await (const kvmsg of KVMsg.read(subscriber)) {
  if (kvmsg.sequence <= sequence) continue; // the state had it
  sequence = kvmsg.sequence;
  kvmsg.store(kvmap);
  const action = kvmsg.body.length > 0 ? "update" : "delete";
  console.log(`I: received ${action}=${sequence}, ${kvmap.size} keys`);
}
console.log(`${sequence} is the last: ${kvmap.size} keys`);
