import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { curveKeyPair, curvePublicKey, readKey, z85Decode, z85Encode } from "./z85.js";

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
  assert.throws(() => z85Encode(new Uint8Array(3)), { code: "EINVAL" });
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

test("keys are pairs, as text or bytes", () => {
  const { publicKey, secretKey } = curveKeyPair();
  assert.equal(publicKey.length, 40);
  assert.equal(curvePublicKey(secretKey), publicKey);
  assert.equal(curvePublicKey(z85Decode(secretKey)), publicKey);
  for (const wrong of ["", publicKey.slice(5), new Uint8Array(40), new Uint8Array(0)]) {
    assert.throws(() => readKey("curveServerKey", wrong), /curveServerKey/);
  }
});

test("the example of libzmq's documentation is a pair", () => {
  const secretKey = "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs";
  assert.equal(curvePublicKey(secretKey), "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID");
});
