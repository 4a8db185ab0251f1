// Clone server, model six: the primary with -p, on tcp://*:5556, 5557 and 5558, or with -b the backup, on
// 5566, 5567 and 5568. They are a Binary Star, on 5003 and 5004: one is active, and the other follows it.

import {
  EMPTY,
  ZmqDealerConnection,
  ZmqFactory,
  ZmqPubConnection,
  ZmqRouterConnection,
  ZmqSubConnection,
} from "tx0mq";
import { flags } from "tx0mq/flags";
import { BinaryStar, BinaryStarError } from "../../chapter4/binary-star-reactor/bstar.ts";
import { KVStore } from "../clone-5/kvstore.ts";
import { KVMsg } from "../key-value-message/kvmsg.ts";
import { Clone } from "./clone.ts";
import { Pending } from "./pending.ts";

const { p, b, local, peer, heartbeat } = flags({
  p: false,
  b: false,
  local: "tcp://*", // what it binds, without the ports
  peer: "tcp://localhost", // where the other server is
  heartbeat: 1000, // ms between two; and how often it looks for values whose time is over
});
if (p === b) {
  console.error("usage: clonesrv6 { -p | -b }");
  process.exit(2);
}
const role = p ? "primary" : "backup";
const port = p ? 5556 : 5566;
const peerPort = p ? 5566 : 5556;

const factory = new ZmqFactory();
factory.registerForShutdown();
const star = new BinaryStar(factory, {
  role,
  local: `${local}:${p ? 5003 : 5004}`,
  remote: `${peer}:${p ? 5004 : 5003}`,
  heartbeat,
  log: (what) => console.log(what),
});
const snapshot = new ZmqRouterConnection(
  factory,
  { bind: `${local}:${port}` },
  { mandatory: true },
);
// A slow client holds up no other: its messages wait in memory, until heartbeats fail and it is cut off.
const updates = { bind: `${local}:${port + 1}` };
const options = { sendHighWaterMark: 0, heartbeatInterval: 5 * heartbeat, lingerPeriod: 0 };
let publisher = new ZmqPubConnection(factory, updates, options);
const self = new ZmqDealerConnection(factory, { connect: snapshot.address }); // asks as a client does
self.on("message", () => {}); // the answer does not matter
const unlimited = { receiveHighWaterMark: 0 };
const collector = new ZmqSubConnection(factory, { bind: `${local}:${port + 2}` }, unlimited);
console.log(`${role} clonesrv6 on ${snapshot.address}, waiting for the other server`);

let store = new KVStore();
const pending = new Pending();
let following: Clone | undefined; // while this server is passive
let collecting = false;

function collect(): void {
  if (!collecting) collector.subscribe();
  collecting = true;
}

function publish(update: KVMsg, what: string): void {
  const kvmsg = store.add(update);
  publisher.send(kvmsg.frames);
  console.log(`I: publishing ${what}=${kvmsg.sequence}`);
}

/** The other server publishes from now on. Clients notice it by the broken link, and ask for the state anew. */
async function cutOffClients(): Promise<void> {
  const cut = publisher.shutdown();
  publisher = new ZmqPubConnection(factory, [], options); // nobody gets what it sends before it is bound
  await cut;
  publisher.addEndpoints(updates);
}

star.on("active", () => {
  following?.shutdown();
  following = undefined;
  for (const update of pending.take()) publish(update, "pending");
  collect();
});

// Follows the active server as a client does, with all keys.
star.on("passive", () => {
  if (collecting) cutOffClients(); // it was active
  following?.shutdown();
  const clone = new Clone(factory, [`${peer}:${peerPort}`], { silence: 5 * heartbeat });
  following = clone;
  // All updates of clients that come from now on will be published by the active server, if it lives.
  clone.on("heard", () => {
    pending.take();
    collect();
  });
  clone.on("synchronized", (server, sequence) => {
    console.log(`I: received snapshot=${sequence} from ${server}`);
    store = new KVStore();
    store.sequence = sequence;
    for (const kvmsg of clone.kvmap.values()) kvmsg.store(store.kvmap);
  });
  clone.on("update", (kvmsg) => {
    store.put(kvmsg);
    pending.meet(kvmsg, "active server");
  });
  clone.on("hugz", () => pending.hugz());
});

collector.on("message", (frames) => {
  const update = KVMsg.from(frames);
  if (star.active) publish(update, "update");
  else pending.meet(update, "client");
});

setInterval(() => {
  if (star.active) for (const deletion of store.expired()) publish(deletion, "delete");
  // A server that was frozen becomes active again when a client asks. Its clients do not, so it asks itself.
  else if (collecting && following === undefined) self.send(["ICANHAZ?", "/nothing/"]);
  publisher.send(new KVMsg({ key: "HUGZ", uuid: EMPTY }).frames);
}, heartbeat);

try {
  await star.serve(snapshot, async ([identity, ...request]) => {
    const state = store.snapshot(request);
    console.log(`I: sending snapshot=${store.sequence}`);
    for (const { frames } of state) await snapshot.send([identity, ...frames]);
  });
} catch (error) {
  if (!(error instanceof BinaryStarError)) throw error;
  console.error(`clonesrv6: ${error.message}`);
  process.exit(1);
}
