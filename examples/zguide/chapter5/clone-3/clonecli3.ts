// Clone client, model three: it pushes an update each second, by a PUSH to tcp://localhost:5558. It has
// the state by a DEALER to tcp://localhost:5556, and all updates by a SUB to tcp://localhost:5557.

import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { ZmqDealerConnection, ZmqFactory, ZmqPushConnection, ZmqSubConnection } from "tx0mq";
import { flags } from "tx0mq/flags";
import { digest } from "../key-value-message/digest.ts";
import { KVMsg } from "../key-value-message/kvsimple.ts";

const { keys, interval, to, ...at } = flags({
  snapshot: "tcp://localhost:5556",
  subscriber: "tcp://localhost:5557",
  publisher: "tcp://localhost:5558",
  keys: 10_000,
  interval: 1000,
  to: Number, // the last update that it waits for
});

const factory = new ZmqFactory();
factory.registerForShutdown(); // Ctrl-C ends the loops below
const subscriber = new ZmqSubConnection(factory, { connect: at.subscriber });
subscriber.subscribe();
const snapshot = new ZmqDealerConnection(factory, { connect: at.snapshot });
const publisher = new ZmqPushConnection(factory, { connect: at.publisher });
console.log(`clonecli3 asks ${at.snapshot} for the state (Ctrl-C ends it)`);

const kvmap = new Map<string, KVMsg>();
let sequence = 0;

await synchronize();
push();
for await (const kvmsg of KVMsg.read(subscriber)) {
  if (kvmsg.sequence > sequence + 1) await synchronize(); // numbers are missing
  if (kvmsg.sequence > sequence) {
    sequence = kvmsg.sequence;
    kvmsg.store(kvmap);
    console.log(`I: received update=${sequence}, ${kvmap.size} keys, digest ${digest(kvmap)}`);
  }
  if (to !== undefined && sequence >= to) break;
}
console.log(`${sequence} is the last: ${kvmap.size} keys`);
await factory.shutdown();

async function push(): Promise<void> {
  while (!factory.closed) {
    // It is put into the map when it comes back: the server decides in which order updates are.
    const kvmsg = new KVMsg(0, `${randomInt(1, keys + 1)}`, `${randomInt(1, 1_000_001)}`);
    await publisher.send(kvmsg.frames); // waits while the server takes no more
    await sleep(interval);
  }
}

async function synchronize(): Promise<void> {
  await snapshot.send("ICANHAZ?");
  for await (const kvmsg of KVMsg.read(snapshot)) {
    if (kvmsg.key === "KTHXBAI") {
      sequence = kvmsg.sequence;
      console.log(`I: received snapshot=${sequence}`);
      return;
    }
    kvmsg.store(kvmap);
  }
}
