// Objects as messages: checked by a schema, written as JSON, compressed, and signed.

import { createHmac, timingSafeEqual } from "node:crypto";
import { deflateSync, inflateSync } from "node:zlib";
import type { Message } from "tx0mq";
import type { ZodType } from "zod";

/** A message that is not what it should be: it was not taken. */
export class SerializationError extends Error {
  override readonly name = "SerializationError";
}

/**
 * Packs objects into two frames, `[signature, compressed JSON]`, and takes them out again: first the
 * signature is checked (HMAC-SHA-256), then it is decompressed, no further than to `limit` bytes, and
 * then checked by the schema. Nothing in a message is ever executed.
 */
export class Serializer<T> {
  readonly #schema: ZodType<T>;
  readonly #key: Uint8Array;
  readonly #limit: number;

  /** @param limit bytes of JSON that a message may have; 1 MiB by default */
  constructor(schema: ZodType<T>, key: Uint8Array, limit = 2 ** 20) {
    this.#schema = schema;
    this.#key = key;
    this.#limit = limit;
  }

  pack(value: T): [signature: Buffer, zipped: Buffer] {
    const zipped = deflateSync(JSON.stringify(value));
    return [this.#sign(zipped), zipped];
  }

  /** @throws {SerializationError} for what is forged, truncated, too large, or not of the schema */
  unpack([signature, zipped, ...more]: Message): T {
    if (zipped === undefined || more.length > 0)
      throw new SerializationError("two frames are wanted");
    const wanted = this.#sign(zipped);
    if (signature.length !== wanted.length || !timingSafeEqual(signature, wanted)) {
      throw new SerializationError("invalid signature");
    }
    try {
      const json = inflateSync(zipped, { maxOutputLength: this.#limit });
      return this.#schema.parse(JSON.parse(String(json)));
    } catch (cause) {
      throw new SerializationError("not an object of the schema", { cause });
    }
  }

  #sign(zipped: Buffer): Buffer {
    return createHmac("sha256", this.#key).update(zipped).digest();
  }
}
