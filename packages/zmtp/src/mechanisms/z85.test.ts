import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { publicKeyOf } from "./box.js";
import { readKey, z85Decode } from "./z85.js";

/** Bytes as text: five characters for four bytes (RFC 32). */
function z85Encode(bytes: Uint8Array): string {
  const words = new DataView(bytes.buffer, bytes.byteOffset);
  let text = "";
  for (let at = 0; at < bytes.length; at += 4) {
    for (let divisor = 85 ** 4; divisor >= 1; divisor /= 85) {
      text += DIGITS.charAt(Math.floor(words.getUint32(at) / divisor) % 85);
    }
  }
  return text;
}

const DIGITS =
  "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

test("Z85 is that of RFC 32", () => {
  const bytes = Buffer.from("864fd26fb559f75b", "hex");
  assert.equal(z85Encode(bytes), "HelloWorld");
  assert.deepEqual(z85Decode("HelloWorld"), bytes);
});

test("what was made text is read again", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (some) => {
      const bytes = some.subarray(0, some.length - (some.length % 4));
      assert.deepEqual(z85Decode(z85Encode(bytes)), Buffer.from(bytes));
    }),
  );
  assert.equal(z85Encode(Buffer.alloc(4, 0xff)), "%nSc0");
});

test("what is no Z85 is refused, and a key is not shown", () => {
  for (const text of ["abcd~", "abcd", "ab_de", "#####", "%nSc1", "abcdé"]) {
    assert.throws(
      () => z85Decode(text),
      (error: Error & { code?: string }) =>
        error.code === "EINVAL" && !error.message.includes(text),
    );
  }
  fc.assert(
    fc.property(fc.string({ maxLength: 45 }), (text) => {
      try {
        assert.equal(z85Encode(z85Decode(text)), text);
      } catch (error) {
        assert.equal((error as { code?: string }).code, "EINVAL");
      }
    }),
  );
});

test("a key is 40 characters or 32 bytes", () => {
  const key = "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID";
  assert.deepEqual(readKey("curveServerKey", key), z85Decode(key));
  assert.deepEqual(readKey("curveServerKey", z85Decode(key)), z85Decode(key));
  for (const wrong of ["", key.slice(5), new Uint8Array(40), new Uint8Array(0)]) {
    assert.throws(() => readKey("curveServerKey", wrong), /curveServerKey/);
  }
});

test("the example of libzmq's documentation is a pair", () => {
  const secretKey = z85Decode("D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs");
  const publicKey = z85Decode("Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID");
  assert.deepEqual(Buffer.from(publicKeyOf(secretKey)), publicKey);
});
