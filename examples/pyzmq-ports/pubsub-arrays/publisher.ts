// Arrays, the publisher: an XPUB, bound to tcp://127.0.0.1:5555, waits for a subscriber, then publishes
// arrays of random numbers, and a last message that says it is done.

import { ZmqFactory, ZmqXPubConnection } from "tx0mq";
import { flags, oneOf } from "tx0mq/flags";
import { pack, zeros } from "./arrays.ts";

const { url, n, count, size, nd, dtype } = flags({
  url: "tcp://127.0.0.1:5555",
  n: 10,
  count: Number, // the long form of -n
  size: 1024,
  nd: 2,
  dtype: oneOf("float64", "float32", "uint8", "int32"),
});

const factory = new ZmqFactory();
factory.registerForShutdown();
const publisher = new ZmqXPubConnection(factory, { bind: url }, { noDrop: true });
console.log("Waiting for subscriber");
await publisher.receive();
console.log("Sending arrays...");

const shape = new Array<number>(nd).fill(size);
for (let sent = 0; sent < (count ?? n); sent++) {
  const array = zeros(dtype, shape);
  for (let i = 0; i < array.data.length; i++) array.data[i] = Math.random() * 256;
  await publisher.send(pack(array));
}
await publisher.send(JSON.stringify({ done: true }));
await factory.shutdown();
console.log("   Done.");
