import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { randomFillSync } from "node:crypto";
import { describe, test } from "node:test";
import { endsOn, Stage } from "@tx0mq/smoke";
import {
  type Message,
  ZmqFactory,
  ZmqPullConnection,
  ZmqPushConnection,
  ZmqSubConnection,
  ZmqXPubConnection,
} from "tx0mq";
import { type DType, pack, unpack, zeros } from "./arrays.ts";

const LIMIT = { timeout: 60_000 }; // for what never comes

/** Is there a Python with NumPy and pyzmq? */
const numpy = spawnSync("python3", ["-c", "import numpy, zmq"]).status === 0;
const DTYPES: DType[] = [
  ...(["float64", "float32", "int8", "uint8", "int16"] as const),
  ...(["uint16", "int32", "uint32", "int64", "uint64"] as const),
];

/** Sends all arrays that it receives back as NumPy has them, with what NumPy says of them. */
const PEER = `
import sys, json, numpy, zmq
context = zmq.Context()
pull, push = context.socket(zmq.PULL), context.socket(zmq.PUSH)
pull.connect(sys.argv[1])
push.connect(sys.argv[2])
while True:
    header = pull.recv_json()
    if header.get("done"):
        break
    array = numpy.frombuffer(pull.recv(), dtype=header["dtype"]).reshape(header["shape"])
    push.send_json({"shape": array.shape, "dtype": str(array.dtype)}, zmq.SNDMORE)
    push.send(numpy.ascontiguousarray(array))
push.send_json({"done": True})
`;

describe("arrays", { concurrency: true }, () => {
  test("arrays arrive bit for bit with dtype and shape, and the throughput is printed", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const publisher = stage.start("publisher", [
      ...["--url", stage.ipc("arrays"), "--count", "20", "--size", "100", "--nd", "3"],
      ...["--dtype", "float32"],
    ]);
    await publisher.line(/^Waiting for subscriber$/);
    const subscriber = stage.start("subscriber", ["--url", stage.ipc("arrays")]);
    await subscriber.line(/^ {3}float32, 100 x 100 x 100$/);
    await subscriber.line(/^ {3}Done: \d+ arrays, \d+ bytes$/);
    const [, rate] = await subscriber.line(/^mean throughput: (\d+) \[msg\/s\]$/);
    const [, megabits] = await subscriber.line(/^mean throughput: (\d+) \[Mb\/s\]$/);
    assert.ok(Math.abs(Number(megabits) - 32 * Number(rate)) < 17, "4 MB in each, rounded");
    for (const program of [publisher, subscriber]) {
      assert.deepEqual(await program.exit(), { code: 0, signal: null });
    }
    assert.ok(subscriber.lines.includes("   Done: 20 arrays, 80000000 bytes"));
  });

  test("what a publisher sends has the header and the numbers that NumPy would have", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const publisher = stage.start("publisher", [
      ...["--url", stage.ipc("arrays"), "-n", "2", "--size", "3"],
    ]);
    await using factory = new ZmqFactory();
    const sub = new ZmqSubConnection(factory, { connect: stage.ipc("arrays") });
    sub.subscribe();
    for (let n = 0; n < 2; n++) {
      const message = await sub.receive(LIMIT);
      assert.deepEqual(JSON.parse(String(message[0])), { shape: [3, 3], dtype: "float64" });
      const array = unpack(message);
      assert.equal(array?.data.length, 9);
      for (const [index, value] of array.data.entries()) {
        assert.equal(value, message[1]?.readDoubleLE(8 * index));
      }
    }
    assert.deepEqual(await sub.receive(LIMIT), [Buffer.from('{"done":true}')]);
    await publisher.exit();
  });

  test("all types, shapes and bits", () => {
    for (const dtype of DTYPES) {
      for (const shape of [[], [0], [7], [2, 3], [2, 0, 4], [2, 3, 4]]) {
        const array = zeros(dtype, shape);
        const bytes = new Uint8Array(array.data.buffer);
        for (const at of bytes.keys()) bytes[at] = (at * 151 + 7) % 256; // NaNs with a payload among them
        const [header, data] = pack(array);
        const odd = Buffer.concat([Buffer.alloc(1), new Uint8Array(data.buffer)]).subarray(1);
        const back = unpack([Buffer.from(header), odd]);
        assert.deepEqual(back?.shape, shape);
        assert.equal(back.dtype, dtype);
        assert.equal(back.data.constructor.name.replace("Big", "").toLowerCase(), `${dtype}array`);
        assert.deepEqual(new Uint8Array(back.data.buffer), bytes);
      }
    }
  });

  const skip = numpy ? false : "there is no Python with NumPy and pyzmq";
  test("NumPy has the same arrays, and sends them back bit for bit", { skip }, async (t) => {
    const stage = new Stage(t, import.meta.url);
    await using factory = new ZmqFactory();
    const push = new ZmqPushConnection(factory, { bind: stage.ipc("to") });
    const pull = new ZmqPullConnection(factory, { bind: stage.ipc("from") });
    const python = spawn("python3", ["-c", PEER, stage.ipc("to"), stage.ipc("from")], {
      stdio: "inherit",
    });
    t.after(() => python.kill("SIGKILL"));
    for (const dtype of DTYPES) {
      for (const shape of [[0], [7], [2, 3, 4]]) {
        const array = zeros(dtype, shape);
        randomFillSync(array.data);
        await push.send(pack(array));
        const back = unpack(await pull.receive(LIMIT));
        assert.deepEqual([back?.dtype, back?.shape], [dtype, shape]);
        assert.deepEqual(
          new Uint8Array((back ?? array).data.buffer),
          new Uint8Array(array.data.buffer),
        );
      }
    }
    await push.send('{"done": true}');
    assert.equal(unpack(await pull.receive(LIMIT)), undefined);
  });

  test("what does not fit its header is refused in a line, and the next array is read", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const subscriber = stage.start("subscriber", ["--url", stage.ipc("arrays")]);
    await using factory = new ZmqFactory();
    const pub = new ZmqXPubConnection(factory, { bind: stage.ipc("arrays") });
    await pub.receive(LIMIT);
    const header = (shape: unknown, dtype: unknown) => JSON.stringify({ shape, dtype });
    const malformed = [
      ["not JSON"],
      ["null", ""],
      ["[]", ""],
      [header([2, 2], "float64"), Buffer.alloc(31)],
      [header([2, 2], "float64"), Buffer.alloc(33)],
      [header([2, 2], "float64"), Buffer.alloc(40)], // a whole number too much
      [header([2, 2], "float64")],
      [header([-1], "uint8"), ""],
      [header([1e300, 1e300], "uint8"), ""],
      [header([2 ** 40], "uint8"), "x"], // and nothing is allocated
      [header(2, "uint8"), "xx"],
      [header([1], "object"), "x"],
      [header([1], "toString"), "x"],
      [header([1], ">f8"), "x"],
      [header([1], "a\nb\u001b[2J"), "x"],
    ];
    for (const message of malformed) await pub.send(message);
    await pub.send(pack(zeros("int64", [5])));
    await pub.send('{"done": true}');
    await subscriber.line(/^ {3}Done: 1 arrays, 40 bytes$/);
    await subscriber.exit();
    assert.equal(subscriber.errors.length, malformed.length);
    assert.throws(() => unpack([Buffer.from("{}"), Buffer.alloc(1)] satisfies Message), TypeError);
  });

  test("Ctrl-C ends a publisher that waits", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const publisher = stage.start("publisher", ["--url", stage.ipc("arrays")]);
    await publisher.line(/^Waiting/);
    await endsOn("SIGINT", publisher);
  });
});
