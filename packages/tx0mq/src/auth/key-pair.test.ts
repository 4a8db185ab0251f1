import assert from "node:assert/strict";
import { createPrivateKey, createPublicKey } from "node:crypto";
import { test } from "node:test";
import { curveKeyPair } from "../index.js";
import { keyBytes } from "./z85.js";

/** What precedes a secret key's 32 bytes (RFC 8410). */
const PKCS8 = Buffer.from("302e020100300506032b656e04220420", "hex");

void test("keys are pairs of Curve25519, and no two are the same", () => {
  const seen = new Set<string>();
  for (let n = 0; n < 100; n += 1) {
    const { publicKey, secretKey } = curveKeyPair();
    const key = Buffer.concat([PKCS8, keyBytes(secretKey)]);
    const own = createPublicKey(createPrivateKey({ key, format: "der", type: "pkcs8" }));
    assert.equal(own.export({ format: "jwk" }).x, keyBytes(publicKey).toString("base64url"));
    seen.add(publicKey).add(secretKey);
  }
  assert.equal(seen.size, 200);
});
