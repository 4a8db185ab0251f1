// Clone server, model three: it collects updates from clients with a PULL, bound to tcp://*:5558, gives
// each the next number, and publishes it, with a PUB on tcp://*:5557. State: a ROUTER on tcp://*:5556.

import {
  ZmqFactory,
  ZmqProtocolError,
  ZmqPubConnection,
  ZmqPullConnection,
  ZmqRouterConnection,
} from "tx0mq";
import { flags } from "tx0mq/flags";
import { KVMsg } from "../key-value-message/kvsimple.ts";

const at = flags({
  snapshot: "tcp://*:5556",
  publisher: "tcp://*:5557",
  collector: "tcp://*:5558",
});

const factory = new ZmqFactory();
factory.registerForShutdown(); // Ctrl-C ends the loop below
const snapshot = new ZmqRouterConnection(factory, { bind: at.snapshot }, { mandatory: true });
const publisher = new ZmqPubConnection(factory, { bind: at.publisher }, { noDrop: true });
const collector = new ZmqPullConnection(factory, { bind: at.collector });
console.log(`clonesrv3 on ${snapshot.address}, ${publisher.address}, ${collector.address}`);

const kvmap = new Map<string, KVMsg>();
let sequence = 0;

snapshot.on("message", async (message) => {
  const [identity, request] = message;
  if (String(request) !== "ICANHAZ?") throw new ZmqProtocolError("it asks ICANHAZ?", message);
  const end = new KVMsg(sequence, "KTHXBAI");
  for (const kvmsg of [...kvmap.values(), end]) await snapshot.send([identity, ...kvmsg.frames]);
  console.log(`I: sent state snapshot=${end.sequence}`);
});

// One sequence for all: it is the order in which the server has read the updates.
for await (const { key, body } of KVMsg.read(collector)) {
  sequence += 1;
  const kvmsg = new KVMsg(sequence, key, body);
  kvmsg.store(kvmap);
  await publisher.send(kvmsg.frames);
  console.log(`I: publishing update ${sequence}`);
}
console.log(`${sequence} messages handled: ${kvmap.size} keys`);
