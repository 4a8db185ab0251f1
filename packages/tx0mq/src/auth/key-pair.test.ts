import assert from "node:assert/strict";
import { createPrivateKey, createPublicKey } from "node:crypto";
import { test } from "node:test";
import { curveKeyPair } from "../index.js";
import { keyBytes } from "./z85.js";

void test("keys are pairs of Curve25519, and no two are the same", () => {
  const seen = new Set<string>();
  for (let n = 0; n < 100; n += 1) {
    const { publicKey, secretKey } = curveKeyPair();
    const [x, d = ""] = [publicKey, secretKey].map((key) => keyBytes(key).toString("base64url"));
    const pair = { kty: "OKP", crv: "X25519", x: "A".repeat(43), d } as const;
    const own = createPublicKey(createPrivateKey({ key: pair, format: "jwk" }));
    assert.equal(own.export({ format: "jwk" }).x, x);
    seen.add(publicKey).add(secretKey);
  }
  assert.equal(seen.size, 200);
});
