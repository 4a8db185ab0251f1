import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { deflateSync } from "node:zlib";
import { Stage } from "@tx0mq/smoke";
import type { Message } from "tx0mq";
import { z } from "zod";
import { SerializationError, Serializer } from "./serializer.ts";

test("objects and arrays round-trip; what is forged, truncated or too large is refused", async (t) => {
  const program = new Stage(t, import.meta.url).start("serialsocket");
  assert.deepEqual(await program.exit(), { code: 0, signal: null });
  const [, smaller] = await program.line(/^zipped: \d+ bytes \(([\d.]+)x smaller\)$/);
  assert.ok(Number(smaller) > 2, `${smaller} times smaller`);
  const checks = program.lines.filter((line) => line.startsWith("Checking"));
  assert.equal(checks.length, 6);
  for (const line of checks) assert.match(line, /\.\.\. Okay$/);
  assert.deepEqual(program.errors, []);
});

test("nothing is taken before it is proved to be what it should be", () => {
  const schema = z.object({ name: z.string().max(10) });
  const key = Buffer.from("the key");
  const serializer = new Serializer(schema, key, 1000);
  const { unpack } = { unpack: (message: Message) => serializer.unpack(message) };
  const signed = (zipped: Buffer): Message => [
    createHmac("sha256", key).update(zipped).digest(),
    zipped,
  ];
  const [signature, zipped] = serializer.pack({ name: "Ada" });
  assert.deepEqual(unpack([signature, zipped]), { name: "Ada" });
  const malformed: Message[] = [
    [zipped],
    [Buffer.alloc(0), zipped],
    [signature, zipped, Buffer.alloc(0)],
    [signature.subarray(1), zipped],
    [Buffer.alloc(32), zipped],
    [signature, Buffer.concat([zipped, Buffer.of(0)])],
    signed(Buffer.from("not compressed")),
    signed(deflateSync("not JSON")),
    signed(deflateSync('{"name":String(1)}')), // code, that would be a name
    signed(deflateSync('{"name":1}')),
    signed(deflateSync('{"name":"much too long a name"}')),
    signed(deflateSync(`{"name":"${" ".repeat(1e8)}"}`)), // 100 kB that would be 100 MB
  ];
  const before = process.memoryUsage.rss();
  for (const message of malformed) assert.throws(() => unpack(message), SerializationError);
  assert.ok(process.memoryUsage.rss() - before < 50e6, "and nothing is unpacked past the limit");
  const polluted = unpack(signed(deflateSync('{"name":"x","__proto__":{"admin":true}}')));
  assert.equal((polluted as { admin?: boolean }).admin, undefined);
});
