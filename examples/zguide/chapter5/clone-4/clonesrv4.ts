// Clone server, model four: as model three, but a client may ask for a subtree of the state alone, by the
// beginning of its keys. A ROUTER on tcp://*:5556, a PUB on tcp://*:5557, a PULL on tcp://*:5558.

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
console.log(`clonesrv4 on ${snapshot.address}, ${publisher.address}, ${collector.address}`);

const kvmap = new Map<string, KVMsg>();
let sequence = 0;

snapshot.on("message", async (message) => {
  const [identity, request, subtree, ...rest] = message;
  if (String(request) !== "ICANHAZ?" || subtree === undefined || rest.length > 0) {
    throw new ZmqProtocolError("it asks ICANHAZ?, and for what", message);
  }
  const end = new KVMsg(sequence, "KTHXBAI", subtree);
  const state = [...kvmap.values()].filter(({ key }) => key.startsWith(String(subtree)));
  for (const kvmsg of [...state, end]) await snapshot.send([identity, ...kvmsg.frames]);
  console.log(`I: sent state snapshot=${end.sequence}, ${state.length} keys of "${subtree}"`);
});

// The key is the first frame, so that a subscription to a subtree gets its updates alone.
for await (const { key, body } of KVMsg.read(collector)) {
  sequence += 1;
  const kvmsg = new KVMsg(sequence, key, body);
  kvmsg.store(kvmap);
  await publisher.send(kvmsg.frames);
  console.log(`I: publishing update ${sequence}`);
}
console.log(`${sequence} messages handled: ${kvmap.size} keys`);
