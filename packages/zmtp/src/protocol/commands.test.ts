import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { cases } from "../testing/fuzz.js";
import {
  messageOf,
  readCommand,
  readMetadata,
  readPing,
  writeCommand,
  writeMetadata,
  writePing,
  writePong,
} from "./commands.js";
import { ProtocolError } from "./message.js";

const bytes = fc.uint8Array({ maxLength: 300 }).map((all) => Buffer.from(all));
const name = fc.stringMatching(/^[A-Za-z0-9._+-]{1,255}$/, { size: "max" });

test("READY is what RFC 37's worked example shows", () => {
  const ready = writeCommand("READY", writeMetadata({ "Socket-Type": "DEALER", Identity: "" }));
  const example = "\x05READY\x0bSocket-Type\0\0\0\x06DEALER\x08Identity\0\0\0\0";
  assert.equal(ready.toString("latin1"), example);
  assert.equal(ready.length, 41);
  const { name, data } = readCommand(ready);
  assert.equal(name, "READY");
  assert.deepEqual(
    [...readMetadata(data)],
    [
      ["socket-type", Buffer.from("DEALER")],
      ["identity", Buffer.alloc(0)],
    ],
  );
});

test("a command is read as it was written", () => {
  fc.assert(
    fc.property(name, bytes, bytes, (name, one, two) => {
      const body = writeCommand(name, one, two);
      assert.deepEqual(readCommand(body), { name, data: Buffer.concat([one, two]) });
    }),
  );
});

test("a command without a whole name is refused", () => {
  for (const text of ["", "\0", "\0abc", "\x05READ", "\xff"]) {
    assert.throws(() => readCommand(Buffer.from(text, "latin1")), ProtocolError);
  }
});

test("properties are read as they were written, their names in lower case", () => {
  const properties = fc.uniqueArray(fc.tuple(name, bytes), {
    selector: ([name]) => name.toLowerCase(),
    maxLength: 8,
  });
  fc.assert(
    fc.property(properties, (all) => {
      const read = readMetadata(writeMetadata(Object.fromEntries(all)));
      const expected = all.map(([name, value]): [string, Buffer] => [name.toLowerCase(), value]);
      assert.deepEqual(new Map(read), new Map(expected));
    }),
  );
});

test("names such as __proto__ are names", () => {
  const properties = Object.fromEntries([["__proto__", "a"]]);
  assert.deepEqual(readMetadata(writeMetadata(properties)).get("__proto__"), Buffer.from("a"));
});

test("names of no or too many characters are not written", () => {
  assert.throws(() => writeMetadata({ "": "x" }), RangeError);
  assert.throws(() => writeMetadata({ [`X-${"y".repeat(254)}`]: "x" }), RangeError);
});

test("values do not keep the frame alive, and the last one of a name counts", () => {
  const frame = Buffer.concat([writeMetadata({ a: "1" }), writeMetadata({ A: "2" })]);
  const value = readMetadata(frame).get("a") as Buffer;
  frame.fill(0);
  assert.deepEqual(value, Buffer.from("2"));
});

test("malformed properties are refused", () => {
  for (const text of [
    "a",
    "\x01",
    "\x01a\0\0\0",
    "\x01a\0\0\0\x01",
    "\0\0\0\0\0",
    "\x01a\xff\xff\xff\xffxx",
  ]) {
    assert.throws(() => readMetadata(Buffer.from(text, "latin1")), ProtocolError, text);
  }
});

test("PING tells a time to live in tenths of a second, and PONG gives its context back", () => {
  assert.equal(writePing(0).toString("latin1"), "\x04PING\0\0");
  assert.equal(writePing(300).toString("latin1"), "\x04PING\x01\x2c");
  assert.equal(writePing(1e9).toString("latin1"), "\x04PING\xff\xff");
  assert.equal(writePing(-1).toString("latin1"), "\x04PING\0\0");
  for (const context of [0, 1, 16].map((size) => Buffer.alloc(size, "c"))) {
    const { name, data } = readCommand(writePing(7.9, context));
    assert.equal(name, "PING");
    assert.deepEqual(readPing(data), { timeToLive: 7, context });
    assert.deepEqual(readCommand(writePong(context)), { name: "PONG", data: context });
  }
  assert.equal(writePong(Buffer.alloc(0)).toString("latin1"), "\x04PONG");
  for (const size of [0, 1, 19]) assert.throws(() => readPing(Buffer.alloc(size)), ProtocolError);
});

test("no bytes make a reader throw anything but a ProtocolError", () => {
  const framed = fc
    .array(fc.tuple(fc.nat(5), bytes), { maxLength: 4 })
    .map((all) => Buffer.concat(all.map(([size, rest]) => Buffer.concat([Buffer.of(size), rest]))));
  fc.assert(
    fc.property(fc.oneof(bytes, framed), (bytes) => {
      for (const read of [readCommand, readMetadata, readPing]) {
        try {
          read(bytes);
        } catch (error) {
          assert.ok(error instanceof ProtocolError, String(error));
        }
      }
    }),
    cases(1000),
  );
});

test("subscriptions and groups are messages; no other command is", () => {
  const text = (name: string) =>
    messageOf(readCommand(writeCommand(name, Buffer.from("x"))))?.map(String);
  assert.deepEqual(text("SUBSCRIBE"), ["\x01x"]);
  assert.deepEqual(text("CANCEL"), ["\x00x"]);
  assert.deepEqual(text("JOIN"), ["JOIN", "x"]);
  assert.deepEqual(text("LEAVE"), ["LEAVE", "x"]);
  for (const name of ["PONG", "READY", "subscribe", "WHAT"]) assert.equal(text(name), undefined);
});
