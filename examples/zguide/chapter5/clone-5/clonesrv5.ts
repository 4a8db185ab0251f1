// Clone server, model five: as model four, and values vanish when their time to live is over. It collects
// updates (PULL, tcp://*:5558), publishes them (PUB, 5557), and sends the state (ROUTER, 5556).

import { ZmqFactory, ZmqPubConnection, ZmqPullConnection, ZmqRouterConnection } from "tx0mq";
import { flags } from "tx0mq/flags";
import { KVMsg } from "../key-value-message/kvmsg.ts";
import { KVStore } from "./kvstore.ts";

const { flush, ...at } = flags({
  snapshot: "tcp://*:5556",
  publisher: "tcp://*:5557",
  collector: "tcp://*:5558",
  flush: 1000, // how often it looks for values whose time is over, in ms
});

const factory = new ZmqFactory();
factory.registerForShutdown(); // Ctrl-C ends the loop below
const snapshot = new ZmqRouterConnection(factory, { bind: at.snapshot }, { mandatory: true });
const publisher = new ZmqPubConnection(factory, { bind: at.publisher }, { noDrop: true });
const collector = new ZmqPullConnection(factory, { bind: at.collector });
console.log(`clonesrv5 on ${snapshot.address}, ${publisher.address}, ${collector.address}`);

const store = new KVStore();

snapshot.on("message", async ([identity, ...request]) => {
  const state = store.snapshot(request);
  console.log(`I: sending state snapshot=${store.sequence}`);
  for (const { frames } of state) await snapshot.send([identity, ...frames]);
});

function publish(update: KVMsg, what: string): Promise<void> {
  const kvmsg = store.add(update);
  console.log(`I: publishing ${what}=${kvmsg.sequence} of ${kvmsg.key}`);
  return publisher.send(kvmsg.frames);
}

setInterval(() => {
  for (const deletion of store.expired()) publish(deletion, "delete");
}, flush);

for await (const update of KVMsg.read(collector)) await publish(update, "update");
