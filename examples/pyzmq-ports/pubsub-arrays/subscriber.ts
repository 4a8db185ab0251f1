// Arrays, a subscriber: a SUB, connected to tcp://127.0.0.1:5555, receives arrays until the publisher is
// done, and says how fast they came.

import { ZmqFactory, ZmqSubConnection } from "tx0mq";
import { flags } from "tx0mq/flags";
import { unpack } from "./arrays.ts";

const { url } = flags({ url: "tcp://127.0.0.1:5555" });

const factory = new ZmqFactory();
factory.registerForShutdown();
const subscriber = new ZmqSubConnection(factory, { connect: url });
subscriber.subscribe();
console.log("Receiving arrays...");

let start = 0;
let count = 0;
let bytes = 0;
for await (const message of subscriber) {
  try {
    const array = unpack(message);
    if (array === undefined) break;
    if (count === 0) console.log(`   ${array.dtype}, ${array.shape.join(" x ")}`);
    start ||= performance.now();
    count += 1;
    bytes += array.data.byteLength;
  } catch (error) {
    console.error(`subscriber: ${(error as Error).message}`);
  }
}
const seconds = (performance.now() - start) / 1000;
console.log(`   Done: ${count} arrays, ${bytes} bytes`);
console.log(`mean throughput: ${(count / seconds).toFixed(0)} [msg/s]`);
console.log(`mean throughput: ${((bytes * 8) / seconds / 1e6).toFixed(0)} [Mb/s]`);
await factory.shutdown();
