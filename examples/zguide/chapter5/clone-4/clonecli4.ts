// Clone client, model four: as model three, for the keys under /client/ alone. A DEALER to
// tcp://localhost:5556, a SUB to tcp://localhost:5557, and a PUSH to tcp://localhost:5558.

import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { poll, ZmqDealerConnection, ZmqFactory, ZmqPushConnection, ZmqSubConnection } from "tx0mq";
import { flags } from "tx0mq/flags";
import { digest } from "../key-value-message/digest.ts";
import { KVMsg } from "../key-value-message/kvsimple.ts";

const { subtree, keys, interval, ...at } = flags({
  snapshot: "tcp://localhost:5556",
  subscriber: "tcp://localhost:5557",
  publisher: "tcp://localhost:5558",
  subtree: "/client/",
  keys: 10_000,
  interval: 1000,
});

const factory = new ZmqFactory();
factory.registerForShutdown(); // Ctrl-C ends the loops below
const subscriber = new ZmqSubConnection(factory, { connect: at.subscriber });
subscriber.subscribe(subtree);
const snapshot = new ZmqDealerConnection(factory, { connect: at.snapshot });
const publisher = new ZmqPushConnection(factory, { connect: at.publisher });
console.log(`clonecli4 follows ${subtree} of ${at.subscriber} (Ctrl-C ends it)`);

const kvmap = new Map<string, KVMsg>();
let sequence = 0;

async function push(): Promise<void> {
  while (!factory.closed) {
    const kvmsg = new KVMsg(0, `${subtree}${randomInt(1, keys + 1)}`, `${randomInt(1, 1_000_001)}`);
    await publisher.send(kvmsg.frames); // waits while the server takes no more
    await sleep(interval);
  }
}
push();

// The numbers of other subtrees are missing here, so a hole shows nothing. But once any update has come, also
// one of our own, the subscription is in force: a state that we ask for from now on has no gap to the updates.
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
  console.log(`I: received update=${sequence}, ${kvmap.size} keys, digest ${digest(kvmap)}`);
}
console.log(`${sequence} is the last: ${kvmap.size} keys`);
