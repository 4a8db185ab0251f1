// Receiving into one's own array: a PUSH, bound to inproc://test, sends a typed array as it is, and what
// a PULL receives is put into another one that is there already.

import { randomFillSync } from "node:crypto";
import { ZmqFactory, ZmqPullConnection, ZmqPushConnection } from "tx0mq";
import { flags } from "tx0mq/flags";

const { endpoint } = flags({ endpoint: "inproc://test" });

const A = randomFillSync(new Int16Array(25));
const B = new Int16Array(25);

const factory = new ZmqFactory();
const push = new ZmqPushConnection(factory, { bind: endpoint });
const pull = new ZmqPullConnection(factory, { connect: push.address });
console.log(`sending:\n${A}`);
await push.send(A);
const [frame] = await pull.receive();
new Uint8Array(B.buffer).set(frame); // a frame that is too long is a RangeError
console.log(`received ${frame.length} bytes:\n${B}`);
await factory.shutdown();
