import { generateKeyPairSync } from "node:crypto";
import { z85Encode } from "./z85.js";

/**
 * A new pair of keys for the CURVE mechanism, each 40 characters of Z85 (RFC 32): for the options
 * `curvePublicKey`, `curveSecretKey` and, with the server's public key, `curveServerKey`. zmq_curve_keypair
 */
export function curveKeyPair(): { publicKey: string; secretKey: string } {
  const { x, d } = generateKeyPairSync("x25519").privateKey.export({ format: "jwk" });
  const text = (key = ""): string => z85Encode(Buffer.from(key, "base64url"));
  return { publicKey: text(x), secretKey: text(d) };
}
