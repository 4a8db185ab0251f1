// Clone client, model two: a SUB, connected to tcp://localhost:5557, and a DEALER, connected to
// tcp://localhost:5556. It may come late: it gets the state so far, and goes on with the updates.

import { ZmqDealerConnection, ZmqFactory, ZmqSubConnection } from "tx0mq";
import { flags } from "tx0mq/flags";
import { digest } from "../key-value-message/digest.ts";
import { KVMsg } from "../key-value-message/kvsimple.ts";

const addresses = { snapshot: "tcp://localhost:5556", subscriber: "tcp://localhost:5557" };
const { to, ...at } = flags({ ...addresses, to: Number });

const factory = new ZmqFactory();
factory.registerForShutdown(); // Ctrl-C ends the loops below
const subscriber = new ZmqSubConnection(factory, { connect: at.subscriber });
subscriber.subscribe();
const snapshot = new ZmqDealerConnection(factory, { connect: at.snapshot });
console.log(`clonecli2 asks ${at.snapshot} for the state (Ctrl-C ends it)`);

const kvmap = new Map<string, KVMsg>();
let sequence = 0;
let applied = 0; // since the last snapshot

await synchronize();
for await (const kvmsg of KVMsg.read(subscriber)) {
  // Numbers are missing: the subscription came too late for them, or they were dropped.
  if (kvmsg.sequence > sequence + 1) await synchronize();
  if (kvmsg.sequence > sequence) {
    sequence = kvmsg.sequence;
    kvmsg.store(kvmap);
    applied += 1;
  }
  if (to !== undefined && sequence >= to) break;
}
console.log(`${applied} updates in: ${kvmap.size} keys, digest ${digest(kvmap)}`);

// Gets the state. Meanwhile updates wait in ZeroMQ: the loop leaves out those that are in the state already.
async function synchronize(): Promise<void> {
  await snapshot.send("ICANHAZ?");
  for await (const kvmsg of KVMsg.read(snapshot)) {
    if (kvmsg.key === "KTHXBAI") {
      sequence = kvmsg.sequence;
      applied = 0;
      console.log(`Received snapshot=${sequence}`);
      return;
    }
    kvmsg.store(kvmap);
  }
}
