import { lazily } from "../lazy.js";
import { COMMAND, MORE } from "../protocol/decoder.js";
import { ProtocolError } from "../protocol/message.js";
import { BOX_OVERHEAD, same, subkey } from "./box.js";

const ciphers = lazily<typeof import("@noble/ciphers/salsa.js")>("@noble/ciphers/salsa.js");
const authenticators = lazily<typeof import("@noble/ciphers/_poly1305.js")>(
  "@noble/ciphers/_poly1305.js",
);

const NAME = Buffer.from("\x07MESSAGE", "latin1");
const NONCE_AT = NAME.length;
const NONCE_SIZE = 8;
const BOX_AT = NONCE_AT + NONCE_SIZE;
const CONTENT_AT = BOX_AT + BOX_OVERHEAD;
/** The room for the authenticator's key before the content, in bytes. The header takes the same room. */
const MAC_KEY_SIZE = 32;

/** Flags within the box: those of RFC 26, and libzmq's for a command. */
const BOXED_MORE = 1;
const BOXED_COMMAND = 2;

/** The last number of a counter: to reach it takes some centuries. */
const LAST_NONCE = Number.MAX_SAFE_INTEGER;

/** Counts the commands that we send on a connection: no nonce is used twice. */
export class NonceCounter {
  #last = 0;

  /** Writes the next nonce: 8 bytes. @throws {ProtocolError} if there are no more */
  write(to: Buffer, at: number): void {
    if (this.#last >= LAST_NONCE) throw new ProtocolError("the nonces have run out");
    this.#last += 1;
    to.writeUInt32BE(Math.floor(this.#last / 2 ** 32), at);
    to.writeUInt32BE(this.#last >>> 0, at + 4);
  }

  next(): Buffer {
    const nonce = Buffer.alloc(NONCE_SIZE);
    this.write(nonce, 0);
    return nonce;
  }
}

/** Checks that the nonces of a peer rise, and so refuses commands that are sent again. */
export class NonceWatch {
  #high = -1;
  #low = -1;

  /** @throws {ProtocolError} if the nonce is not above the last one */
  check(bytes: Buffer, at: number): void {
    const high = bytes.readUInt32BE(at);
    const low = bytes.readUInt32BE(at + 4);
    if (high < this.#high || (high === this.#high && low <= this.#low)) {
      throw new ProtocolError("a nonce that was used before: a command was sent again");
    }
    this.#high = high;
    this.#low = low;
  }
}

/**
 * The MESSAGE commands of CURVE (RFC 26), both ways.
 *
 * A MESSAGE is a command, but libzmq sends it in a frame without the flag for commands, and without the flag for
 * more: the content of the box has flags of its own. We have to do the same. Some versions of libzmq (4.3.5 with a
 * libsodium since 1.0.12) add a received frame's flags to those in the box, so they would take a MESSAGE in a
 * command's frame for a command. On receiving, we ignore the flags outside, since nothing protects them.
 *
 * All nonces of one direction begin with the same 16 bytes, so a part of XSalsa20 (HSalsa20) is done only once.
 * That is why this class makes the box of Salsa20 and Poly1305.
 */
export class CurveMessages {
  readonly #sent: NonceCounter;
  readonly #received: NonceWatch;
  readonly #sendKey: Uint8Array;
  readonly #receiveKey: Uint8Array;
  readonly #nonce = new Uint8Array(NONCE_SIZE);
  #closed = false;

  /**
   * @param key the box key of the connection's two keys
   * @param sender which side we are, client or server: the last letter of the nonce's prefix
   */
  constructor(key: Uint8Array, sender: "C" | "S", sent: NonceCounter, received: NonceWatch) {
    this.#sent = sent;
    this.#received = received;
    this.#sendKey = subkey(key, Buffer.from(`CurveZMQMESSAGE${sender}`));
    this.#receiveKey = subkey(key, Buffer.from(`CurveZMQMESSAGE${sender === "C" ? "S" : "C"}`));
  }

  /** The body of a MESSAGE with a frame in it; empty after `close`. */
  encode(flags: number, body: Uint8Array): Buffer {
    if (this.#closed) return Buffer.alloc(0);
    const message = Buffer.allocUnsafe(CONTENT_AT + 1 + body.length);
    message.fill(0, 0, MAC_KEY_SIZE);
    message[CONTENT_AT] = (flags & MORE ? BOXED_MORE : 0) | (flags & COMMAND ? BOXED_COMMAND : 0);
    message.set(body, CONTENT_AT + 1);
    const nonce = Buffer.from(this.#nonce.buffer);
    this.#sent.write(nonce, 0);
    const tag = this.#cipher(this.#sendKey, message, message);
    message.set(NAME);
    message.set(nonce, NONCE_AT);
    message.set(tag, BOX_AT);
    return message;
  }

  /** @throws {ProtocolError} if the peer has not sent this, or has sent it before */
  decode(body: Buffer): { flags: number; body: Buffer } {
    if (this.#closed) throw new ProtocolError("the connection is closed");
    if (body.length < NAME.length || NAME.compare(body, 0, NAME.length) !== 0) {
      throw new ProtocolError("something that is no MESSAGE command");
    }
    if (body.length < CONTENT_AT + 1) throw new ProtocolError("a malformed MESSAGE command");
    this.#received.check(body, NONCE_AT);
    this.#nonce.set(body.subarray(NONCE_AT, BOX_AT));
    const opened = Buffer.allocUnsafe(body.length);
    opened.set(body);
    opened.fill(0, 0, MAC_KEY_SIZE);
    const tag = this.#cipher(this.#receiveKey, opened, body);
    if (!same(tag, body.subarray(BOX_AT, CONTENT_AT))) {
      opened.fill(0);
      throw new ProtocolError("a MESSAGE that does not open: it is forged");
    }
    const boxed = opened[CONTENT_AT] as number;
    // A command has no more frames, and the other flags are reserved.
    if (boxed > BOXED_COMMAND) throw new ProtocolError(`a MESSAGE with the flags ${boxed}`);
    const flags = (boxed & BOXED_MORE ? MORE : 0) | (boxed & BOXED_COMMAND ? COMMAND : 0);
    return { flags, body: opened.subarray(CONTENT_AT + 1) };
  }

  /**
   * Encrypts or decrypts in place. The first 32 bytes are zeros before; encrypted, they are the authenticator's key.
   *
   * @param sealed the bytes that have the sealed content when this is done, from CONTENT_AT on
   * @returns the authenticator
   */
  #cipher(key: Uint8Array, inOut: Uint8Array, sealed: Uint8Array): Uint8Array {
    ciphers().salsa20(key, this.#nonce, inOut, inOut);
    const macKey = inOut.subarray(0, MAC_KEY_SIZE);
    const mac = new (authenticators().Poly1305)(macKey);
    const tag = mac.update(sealed.subarray(CONTENT_AT)).digest();
    macKey.fill(0);
    return tag;
  }

  /** Forgets the keys. */
  close(): void {
    this.#closed = true;
    this.#sendKey.fill(0);
    this.#receiveKey.fill(0);
  }
}
