// A socket that serializes: objects, compressed and signed, and typed arrays, as they lie in memory, go
// from a PUSH, bound to inproc://a, to a PULL.

import { randomBytes } from "node:crypto";
import { ZmqFactory, ZmqPullConnection, ZmqPushConnection } from "tx0mq";
import { flags } from "tx0mq/flags";
import { z } from "zod";
import { pack, unpack } from "../pubsub-arrays/arrays.ts";
import { SerializationError, Serializer } from "./serializer.ts";

const { endpoint } = flags({ endpoint: "inproc://a" });

const Measurement = z.object({ station: z.string(), values: z.array(z.number()) });
const key = randomBytes(32);
const serializer = new Serializer(Measurement, key);
const forger = new Serializer(Measurement, randomBytes(32));

const factory = new ZmqFactory();
const push = new ZmqPushConnection(factory, { bind: endpoint });
const pull = new ZmqPullConnection(factory, { connect: push.address });

const sent = { station: "Potsdam", values: Array.from({ length: 10_000 }, (_, n) => n % 100) };
const message = serializer.pack(sent);
const size = JSON.stringify(sent).length;
console.log(
  `zipped: ${message[1].length} bytes (${(size / message[1].length).toFixed(1)}x smaller)`,
);
await push.send(message);
const received = serializer.unpack(await pull.receive());
check("a zipped object", JSON.stringify(received) === JSON.stringify(sent));

const array = {
  dtype: "float64",
  shape: [1024, 1024],
  data: new Float64Array(2 ** 20).fill(1),
} as const;
console.log(`array: ${array.data.byteLength} bytes`);
await push.send(pack(array));
const { data } = unpack(await pull.receive()) ?? {};
check("an array", data?.every((value) => value === 1) && data.length === array.data.length);

await push.send(forger.pack(sent));
check("a forged signature", await isRefused());
await push.send([message[0], message[1].subarray(0, -1)]);
check("a truncated object", await isRefused());
await push.send(new Serializer(z.unknown(), key).pack({ station: "Potsdam" }));
check("an object of another schema", await isRefused());
await push.send(serializer.pack({ station: "x".repeat(2 ** 24), values: [] }));
check("a message that would be too large", await isRefused());
await factory.shutdown();

async function isRefused(): Promise<boolean> {
  try {
    serializer.unpack(await pull.receive());
    return false;
  } catch (error) {
    return error instanceof SerializationError;
  }
}

function check(what: string, okay: boolean | undefined): void {
  console.log(`Checking ${what}... ${okay ? "Okay" : "Failed"}`);
}
