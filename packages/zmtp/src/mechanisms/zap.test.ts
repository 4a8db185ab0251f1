import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { writeMetadata } from "../protocol/commands.js";
import { ProtocolError } from "../protocol/message.js";
import { readZapReply, writeZapRequest } from "./zap.js";

const frames = (...texts: (string | Buffer)[]): Buffer[] => texts.map((one) => Buffer.from(one));

test("a request has the frames of RFC 27", () => {
  const request = {
    requestId: "0001",
    domain: "test",
    address: "192.168.55.1",
    routingId: Buffer.from("BOB"),
    mechanism: "PLAIN",
    credentials: frames("admin", "secret"),
  };
  assert.deepEqual(
    writeZapRequest(request),
    frames("1.0", "0001", "test", "192.168.55.1", "BOB", "PLAIN", "admin", "secret"),
  );
  assert.equal(writeZapRequest({ ...request, mechanism: "NULL", credentials: [] }).length, 6);
});

test("a reply is read", () => {
  const metadata = writeMetadata({ Role: "admin" });
  const reply = readZapReply(frames("1.0", "1", "200", "OK", "joe", metadata), "1");
  assert.deepEqual(reply, {
    status: "200",
    text: "OK",
    userId: "joe",
    metadata: new Map([["role", Buffer.from("admin")]]),
  });
});

test("what is no reply to the request is refused", () => {
  const right = ["1.0", "1", "200", "OK", "joe", ""];
  const wrong: string[][] = [
    [],
    right.slice(0, 5),
    [...right, ""],
    ["", ...right],
    right.with(0, "1.1"),
    right.with(1, "2"),
    ...["", "20", "2000", "100", "600", "201", "ok!"].map((status) => right.with(2, status)),
    ...["x", "\0", "\x01a\0\0\0\x02b"].map((metadata) => right.with(5, metadata)),
  ];
  for (const texts of wrong) {
    assert.throws(() => readZapReply(frames(...texts), "1"), ProtocolError, JSON.stringify(texts));
  }
});

test("anything else than a reply throws a ProtocolError", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 8 }), (some) => {
      assert.throws(() => readZapReply(some, "1"), ProtocolError);
    }),
  );
});
