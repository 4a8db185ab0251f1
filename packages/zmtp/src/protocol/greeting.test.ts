import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { cases } from "../testing/fuzz.js";
import { GREETING_SIZE, readGreeting, writeGreeting } from "./greeting.js";
import { ProtocolError } from "./message.js";

const NULL_GREETING = `ff00000000000000017f0301${"4e554c4c".padEnd(40, "0")}00${"00".repeat(31)}`;

function refused(bytes: Buffer, why: RegExp): void {
  assert.throws(
    () => readGreeting(bytes),
    (error) =>
      error instanceof ProtocolError && why.test(error.message) && !/\n/.test(error.message),
  );
}

test("a greeting has 64 bytes, as RFC 37 says", () => {
  assert.equal(writeGreeting("NULL", false).toString("hex"), NULL_GREETING);
  const curve = writeGreeting("CURVE", true);
  assert.equal(curve.length, GREETING_SIZE);
  assert.equal(curve.toString("latin1", 12, 32), `CURVE${"\0".repeat(15)}`);
  assert.equal(curve[32], 1);
  const long = writeGreeting("A".repeat(30), false);
  assert.equal(long.toString("latin1", 12, 33), `${"A".repeat(20)}\0`);
});

test("what is written is read, and no part of it is a greeting", () => {
  for (const mechanism of ["NULL", "PLAIN", "CURVE", "GSSAPI", "A".repeat(20)]) {
    for (const asServer of [false, true]) {
      const bytes = writeGreeting(mechanism, asServer);
      for (let size = 0; size < GREETING_SIZE; size += 1) {
        assert.equal(readGreeting(bytes.subarray(0, size)), undefined);
      }
      assert.deepEqual(readGreeting(bytes), { minor: 1, mechanism, asServer });
    }
  }
});

test("padding and filler mean nothing, and later versions count as 3.1", () => {
  const bytes = writeGreeting("NULL", false);
  bytes.fill(0xaa, 1, 9);
  bytes.fill(0xbb, 33);
  assert.deepEqual(readGreeting(bytes), { minor: 1, mechanism: "NULL", asServer: false });
  for (const [major, minor, seen] of [
    [3, 0, 0],
    [3, 1, 1],
    [3, 2, 1],
    [3, 255, 1],
    [4, 0, 1],
    [255, 0, 1],
  ] as const) {
    bytes[10] = major;
    bytes[11] = minor;
    assert.equal(readGreeting(bytes)?.minor, seen, `version ${major}.${minor}`);
  }
});

test("a mechanism is all of its 20 characters", () => {
  const bytes = writeGreeting("NULL", false);
  bytes.write("X", 20, "latin1");
  assert.equal(readGreeting(bytes)?.mechanism, "NULL\0\0\0\0X");
});

test("peers of ZMTP 1 and 2 are refused as soon as it shows", () => {
  const one = /ZMTP 1, which is too old/;
  refused(Buffer.of(1), one); // libzmq 2 without a routing id: a frame of one byte, its flags
  refused(Buffer.from("\x06\x00hello", "latin1"), one);
  refused(Buffer.of(0xff, 0, 0, 0, 0, 0, 0, 1, 0, 0), one); // with one of 255 bytes
  refused(Buffer.from("GET / HTTP/1.1\r\n"), one);
  const two = /ZMTP 2, which is too old/;
  const signature = [0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f];
  refused(Buffer.of(...signature, 0), two);
  refused(Buffer.of(...signature, 1), two); // libzmq 3.2, before it says its socket type
  refused(Buffer.of(...signature, 1, 5, 0, 0), two);
  refused(Buffer.of(...signature, 2), two);
});

test("any bytes are a greeting, a part of one, or refused for good", () => {
  const almost = fc.tuple(fc.nat(63), fc.nat(255)).map(([at, value]) => {
    const bytes = writeGreeting("NULL", false);
    bytes[at] = value;
    return bytes;
  });
  const random = fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes));
  fc.assert(
    fc.property(fc.oneof(almost, random), (bytes) => {
      let over = false;
      for (let size = 0; size <= bytes.length; size += 1) {
        try {
          const greeting = readGreeting(bytes.subarray(0, size));
          assert.ok(!over, "it was refused before");
          assert.equal(greeting !== undefined, size >= GREETING_SIZE);
        } catch (error) {
          assert.ok(error instanceof ProtocolError, String(error));
          over = true;
        }
      }
    }),
    cases(500),
  );
});
