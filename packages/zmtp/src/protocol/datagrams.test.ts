import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readGroupDatagram, writeGroupDatagram } from "./datagrams.js";

test("a datagram has a group and a body", () => {
  const written = Buffer.concat(writeGroupDatagram(Buffer.from("news"), Buffer.from("rain")) ?? []);
  assert.deepEqual(written, Buffer.from("\x04newsrain"));
  const bytes = (maxLength: number) => fc.uint8Array({ maxLength });
  fc.assert(
    fc.property(bytes(255), bytes(2000), (group, body) => {
      const datagram = Buffer.concat(writeGroupDatagram(group, body) ?? []);
      assert.deepEqual(readGroupDatagram(datagram), [Buffer.from(group), Buffer.from(body)]);
    }),
  );
});

test("one that is longer than libzmq takes is not made", () => {
  const group = Buffer.from("group");
  assert.notEqual(writeGroupDatagram(group, Buffer.alloc(8186)), undefined);
  assert.equal(writeGroupDatagram(group, Buffer.alloc(8187)), undefined);
});

test("what is none is refused, whatever it is", () => {
  for (const wrong of ["", "\x01", "\x05news", "\xff".repeat(255)]) {
    assert.equal(readGroupDatagram(Buffer.from(wrong, "latin1")), undefined);
  }
  assert.deepEqual(readGroupDatagram(Buffer.of(0)), [Buffer.alloc(0), Buffer.alloc(0)]);
});
