import assert from "node:assert/strict";
import { test } from "node:test";
import { Stage } from "@tx0mq/smoke";
import { EMPTY, type Message, ZmqArgumentError, ZmqProtocolError } from "tx0mq";
import { digest } from "./digest.ts";
import { KVMsg } from "./kvmsg.ts";
import { KVMsg as SimpleKVMsg } from "./kvsimple.ts";

const UUID = Buffer.from("00112233445566778899aabbccddeeff", "hex");
/** 0x0102030405: it needs more than four bytes. */
const SEQUENCE = Buffer.from("0000000102030405", "hex");

test("both classes test themselves over a real socket", async (t) => {
  const stage = new Stage(t, import.meta.url);
  for (const name of ["kvsimple", "kvmsg"]) {
    const program = stage.start(name, ["--endpoint", stage.ipc(name), "-v"]);
    assert.deepEqual(await program.exit(), { code: 0, signal: null });
    await program.line(/^received \[seq:1\]\[key:key\]\[size:4\].* body$/);
    assert.equal(program.lines.at(-1), ` * ${name}: OK`);
  }
});

test("frames are the guide's, byte for byte, both ways", () => {
  const simple: Message = [Buffer.from("clé"), SEQUENCE, Buffer.of(0, 255)];
  const one = new SimpleKVMsg(0x0102030405, "clé", Buffer.of(0, 255));
  assert.deepEqual(SimpleKVMsg.from(simple), one);
  assert.deepEqual(bytes(one), simple);

  const properties = Buffer.from("ttl=30\nname=a=b\n");
  const full: Message = [Buffer.from("clé"), SEQUENCE, UUID, properties, Buffer.of(0, 255)];
  const two = new KVMsg({
    sequence: 0x0102030405,
    key: "clé",
    uuid: UUID,
    properties: [
      ["ttl", "30"],
      ["name", "a=b"],
    ],
    body: Buffer.of(0, 255),
  });
  assert.deepEqual(KVMsg.from(full), two);
  assert.deepEqual(bytes(two), full);
  assert.equal(two.ttl, 30);

  const empty: Message = [Buffer.from("HUGZ"), Buffer.alloc(8), EMPTY, EMPTY, EMPTY];
  assert.deepEqual(bytes(KVMsg.from(empty)), empty);
  assert.equal(new KVMsg({ key: "" }).uuid.length, 16);
});

test("a map has the last value, and a message without a body deletes it", () => {
  const kvmap = new Map<string, KVMsg>();
  for (const body of ["one", "two"]) new KVMsg({ key: "key", body }).store(kvmap);
  assert.equal(String(kvmap.get("key")?.body), "two");
  new KVMsg({ key: "key" }).store(kvmap);
  assert.equal(kvmap.size, 0);
});

test("maps with the same keys and bodies have the same digest, in any order, and others another one", () => {
  const of = (...entries: [key: string, body: string | Buffer][]) =>
    digest(new Map(entries.map(([key, body]) => [key, { body: Buffer.from(body) }])));
  assert.equal(of(["a", "1"], ["b", "2"], ["é", "3"]), of(["é", "3"], ["a", "1"], ["b", "2"]));
  const others = [
    of(),
    of(["a", "1"]),
    of(["a", ""]),
    of(["", "a1"]),
    of(["a1", ""]),
    of(["a", Buffer.of(0)]),
    of(["a", "1"], ["b", "1"]),
    of(["a", "2"], ["b", "1"]),
    of(["a", "1"], ["b", "2"]),
  ];
  assert.equal(new Set(others).size, others.length);
  for (const eight of others) assert.match(eight, /^[0-9a-f]{8}$/);
});

test("the name of a command is no key: it would end the state before all of it is there", () => {
  const kvmap = new Map<string, KVMsg>();
  const simple = new Map<string, SimpleKVMsg>();
  for (const key of ["KTHXBAI", "HUGZ", "key"]) {
    new KVMsg({ key, body: "x" }).store(kvmap);
    new SimpleKVMsg(0, key, "x").store(simple);
  }
  assert.deepEqual([...kvmap.keys(), ...simple.keys()], ["key", "key"]);
});

test("what is malformed is refused, in whatever frame it is", () => {
  const good: Message = [Buffer.from("key"), SEQUENCE, UUID, Buffer.from("a=1\n"), EMPTY];
  KVMsg.from(good);
  const bad: [frame: number, ...content: string[]][] = [
    [0, "ff"], // no UTF-8
    [1, "", "00000001", "000000000000000001", "8000000000000000", "7fffffffffffffff"],
    [2, "00", "00112233445566778899aabbccddeeff00"],
    [3, "613d31", "610a", "3d310a", "ff0a", "0a", "74746c3d6f6c640a"], // a=1, a, =1, ff, "", ttl=old
  ];
  for (const [frame, ...contents] of bad) {
    for (const content of contents) {
      const frames = good.with(frame, Buffer.from(content, "hex")) as Message;
      assert.throws(() => KVMsg.from(frames), ZmqProtocolError, `${frame}: ${content}`);
      if (frame > 1) continue;
      const simple = [frames[0], frames[1], EMPTY] as Message;
      assert.throws(() => SimpleKVMsg.from(simple), ZmqProtocolError, `${frame}: ${content}`);
    }
  }
  for (let count = 1; count < 7; count++) {
    const frames = [...good, EMPTY].slice(0, count) as Message;
    if (count !== 5) assert.throws(() => KVMsg.from(frames), ZmqProtocolError);
    frames[2] = EMPTY;
    if (count > 3) assert.throws(() => SimpleKVMsg.from(frames), ZmqProtocolError);
  }
  for (const [name, value] of [
    ["a=b", "1"],
    ["a", "1\n2"],
    ["a\n", "1"],
    ["", "1"],
  ] as const) {
    assert.throws(() => new KVMsg({ key: "k", properties: [[name, value]] }), ZmqArgumentError);
  }
  assert.throws(() => new KVMsg({ key: "k", uuid: Buffer.alloc(15) }), ZmqArgumentError);
});

test("a malformed message among others costs a line", async (t) => {
  const { mock } = t.mock.method(console, "error", () => {});
  async function* connection(): AsyncGenerator<Message> {
    yield [Buffer.from("a"), SEQUENCE, EMPTY];
    yield [Buffer.from("b")];
    yield [Buffer.from("c"), SEQUENCE, EMPTY];
  }
  const keys: string[] = [];
  for await (const { key } of SimpleKVMsg.read(connection())) keys.push(key);
  assert.deepEqual(keys, ["a", "c"]);
  assert.deepEqual(
    mock.calls.map(({ arguments: [line] }) => line),
    ["E: malformed message refused: it is a key, a sequence number and a body"],
  );
});

function bytes({ frames }: KVMsg | SimpleKVMsg): Buffer[] {
  return frames.map((frame) => Buffer.from(frame));
}
