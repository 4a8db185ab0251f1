import assert from "node:assert/strict";
import { test } from "node:test";
import { ProtocolError } from "../protocol/message.js";
import { boxKey, newKeys, open, publicKeyOf, same, seal, wipe } from "./box.js";
import { CurveMessages, NonceCounter, NonceWatch } from "./curve-messages.js";

const hex = (text: string): Buffer => Buffer.from(text.replace(/\s/g, ""), "hex");

// The values of NaCl's tests/box.c.
const ALICE = hex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
const BOB = hex("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
const NONCE = Uint8Array.from(hex("69696ee955b62b73cd62bda875fc73d68219e0036b7a0b37"));
const CONTENT = hex(`be075fc53c81f2d5cf141316ebeb0c7b5228c52a4c62cbd44b66849b64244ffc
  e5ecbaaf33bd751a1ac728d45e6c61296cdc3c01233561f41db66cce314adb310e3be8250c46f06dceea3a7fa1348057
  e2f6556ad6b1318a024a838f21af1fde048977eb48f59ffd4924ca1c60902e52f0a089bc76897040e082f93776384864
  5e0705`);
const BOX = hex(`f3ffc7703f9400e52a7dfb4b3d3305d98e993b9f48681273c29650ba32fc76ce
  48332ea7164d96a4476fb8c531a1186ac0dfc17c98dce87b4da7f011ec48c97271d2c20f9b928fe2270d6fb863d51738
  b48eeee314a7cc8ab932164548e526ae90224368517acfeabd6bb3732bc0e9da99832b61ca01b6de56244a9e88d5f9b3
  7973f622a43d14a6599b1f654cb45a74e355a5`);
const KEY = hex("1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389");

test("a box is NaCl's", () => {
  const key = boxKey(BOB, ALICE);
  assert.deepEqual(Buffer.from(key), KEY);
  assert.deepEqual(Buffer.from(seal(key, NONCE, CONTENT)), BOX);
  assert.deepEqual(open(key, NONCE, BOX), CONTENT);
});

test("both have the same key", () => {
  const [one, other] = [newKeys(), newKeys()];
  assert.deepEqual(boxKey(one.publicKey, other.secretKey), boxKey(other.publicKey, one.secretKey));
  assert.deepEqual(publicKeyOf(one.secretKey), one.publicKey);
});

test("nothing is left of a secret key that is not used any more", () => {
  const { publicKey, secretKey } = newKeys();
  wipe(secretKey);
  assert.deepEqual(Buffer.from(secretKey), Buffer.alloc(32));
  assert.notDeepEqual(publicKeyOf(secretKey), publicKey);
});

test("what is no box, and what is no key, is refused", () => {
  for (const wrong of [BOX.subarray(1), BOX.subarray(0, 15), Buffer.alloc(0)]) {
    assert.throws(() => open(KEY, NONCE, wrong), ProtocolError);
  }
  for (const low of [new Uint8Array(32), Uint8Array.from({ length: 32 }, (_, n) => (n ? 0 : 1))]) {
    assert.throws(() => boxKey(low, ALICE), ProtocolError);
  }
});

test("the quicker box of a MESSAGE is NaCl's, too", () => {
  const sender = new CurveMessages(KEY, "C", new NonceCounter(), new NonceWatch());
  for (const size of [0, 1, 30, 31, 32, 63, 64, 65, 1000]) {
    const body = Buffer.alloc(size, "abcdefg");
    const message = sender.encode(1, body);
    const nonce = Uint8Array.from(
      Buffer.concat([Buffer.from("CurveZMQMESSAGEC"), message.subarray(8, 16)]),
    );
    assert.deepEqual(open(KEY, nonce, message.subarray(16)), Buffer.concat([Buffer.of(1), body]));
  }
});

test("a MESSAGE with flags that do not go together is refused", () => {
  const nonce = Uint8Array.from(Buffer.from("CurveZMQMESSAGES\0\0\0\0\0\0\0\x07", "latin1"));
  const receiver = new CurveMessages(KEY, "C", new NonceCounter(), new NonceWatch());
  const message = Buffer.concat([
    Buffer.from("\x07MESSAGE", "latin1"),
    nonce.subarray(16),
    seal(KEY, nonce, Buffer.of(3, 1, 2)),
  ]);
  assert.throws(() => receiver.decode(message), ProtocolError);
});

test("nonces have 64 bits", () => {
  const watch = new NonceWatch();
  const rising = ["0000000000000000", "0000000000000001", "00000000ffffffff", "0000000100000000"];
  for (const one of [...rising, "ffffffffffffffff"]) watch.check(hex(one), 0);
  for (const one of rising) assert.throws(() => watch.check(hex(one), 0), ProtocolError);
});

test("same compares lengths and bytes", () => {
  assert.ok(same(Buffer.from("ab"), Buffer.from("ab")));
  for (const other of ["", "a", "abc", "ac", "bb", "ab\0"]) {
    assert.ok(!same(Buffer.from("ab"), Buffer.from(other)), other);
    assert.ok(!same(Buffer.from(other), Buffer.from("ab")), other);
  }
});
