import { readMetadata, writeCommand } from "../protocol/commands.js";
import { randomBytes } from "../random.js";
import { BOX_OVERHEAD, boxKey, KEY_SIZE, type Keys, newKeys, open, seal, wipe } from "./box.js";
import { CurveMessages, NonceCounter, NonceWatch } from "./curve-messages.js";
import { CurvePeer } from "./curve-peer.js";
import { malformed, readRefusal, unexpected } from "./handshake.js";
import type { MechanismOptions } from "./mechanism.js";

const NONCE_SIZE = 8;
const LONG_NONCE_SIZE = 16;
const COOKIE_SIZE = 96;

/** The client of CURVE (RFC 26): it knows the server's key, and the server learns its own. */
export class CurveClient extends CurvePeer {
  readonly #serverKey: Uint8Array;
  readonly #keys: Keys;
  /** Keys for this connection alone. */
  readonly #short = newKeys();
  readonly #sent = new NonceCounter();
  readonly #received = new NonceWatch();
  #state: "say HELLO" | "expect WELCOME" | "say INITIATE" | "expect READY" | "done" = "say HELLO";
  /** Made of our short key and the server's long one: for HELLO and WELCOME. */
  #helloKey: Uint8Array | undefined;
  /** Made of both short keys: for all later commands. */
  #key: Uint8Array = new Uint8Array(KEY_SIZE);
  #serverShortKey: Uint8Array = new Uint8Array(KEY_SIZE);
  #cookie: Uint8Array = new Uint8Array(COOKIE_SIZE);

  /** @param serverKey the server's public key, 32 bytes */
  constructor(options: MechanismOptions, serverKey: Uint8Array, keys: Keys) {
    super(options);
    this.#serverKey = serverKey;
    this.#keys = keys;
  }

  protected override say(): Buffer | undefined {
    switch (this.#state) {
      case "say HELLO":
        this.#state = "expect WELCOME";
        return this.#hello();
      case "say INITIATE":
        this.#state = "expect READY";
        return this.#initiate();
      default:
        return undefined;
    }
  }

  protected override take(name: string, data: Buffer): undefined {
    const state = this.#state;
    if (state !== "expect WELCOME" && state !== "expect READY") throw unexpected(name);
    if (name === "ERROR") throw readRefusal(data);
    if (`expect ${name}` !== state) throw unexpected(name);
    if (state === "expect WELCOME") this.#welcome(data);
    else this.#ready(data);
  }

  /** HELLO: version 1.0, 72 bytes of padding, our short key, and a box of 64 zeros. */
  #hello(): Buffer {
    const nonce = this.#sent.next();
    this.#helloKey = boxKey(this.#serverKey, this.#short.secretKey);
    return writeCommand(
      "HELLO",
      Buffer.of(1, 0),
      Buffer.alloc(72),
      this.#short.publicKey,
      nonce,
      seal(this.#helloKey, withPrefix("CurveZMQHELLO---", nonce), new Uint8Array(64)),
    );
  }

  /** WELCOME: the server's short key, and a cookie. */
  #welcome(data: Buffer): void {
    const boxSize = KEY_SIZE + COOKIE_SIZE + BOX_OVERHEAD;
    if (data.length !== LONG_NONCE_SIZE + boxSize) throw malformed("WELCOME");
    const nonce = withPrefix("WELCOME-", data.subarray(0, LONG_NONCE_SIZE));
    const key = this.#helloKey as Uint8Array;
    const content = open(key, nonce, data.subarray(LONG_NONCE_SIZE));
    key.fill(0);
    this.#serverShortKey = content.subarray(0, KEY_SIZE);
    this.#cookie = content.subarray(KEY_SIZE);
    this.#key = boxKey(this.#serverShortKey, this.#short.secretKey);
    this.#state = "say INITIATE";
  }

  /** INITIATE: the cookie, and a box with our long key, the vouch for it, and our metadata. */
  #initiate(): Buffer {
    const { publicKey, secretKey } = this.#keys;
    const vouchNonce = randomBytes(LONG_NONCE_SIZE);
    const vouchKey = boxKey(this.#serverShortKey, secretKey);
    const vouched = Buffer.concat([this.#short.publicKey, this.#serverKey]);
    const vouch = seal(vouchKey, withPrefix("VOUCH---", vouchNonce), vouched);
    vouchKey.fill(0);
    const nonce = this.#sent.next();
    const content = Buffer.concat([publicKey, vouchNonce, vouch, this.options.metadata]);
    const box = seal(this.#key, withPrefix("CurveZMQINITIATE", nonce), content);
    content.fill(0);
    return writeCommand("INITIATE", this.#cookie, nonce, box);
  }

  /** READY: the server's metadata. */
  #ready(data: Buffer): void {
    if (data.length < NONCE_SIZE + BOX_OVERHEAD) throw malformed("READY");
    this.#received.check(data, 0);
    const nonce = withPrefix("CurveZMQREADY---", data.subarray(0, NONCE_SIZE));
    const peer = readMetadata(open(this.#key, nonce, data.subarray(NONCE_SIZE)));
    this.messages = new CurveMessages(this.#key, "C", this.#sent, this.#received);
    this.#state = "done";
    this.forget();
    this.succeed(peer);
  }

  /** Forgets the keys that only the handshake needs. */
  protected override forget(): void {
    wipe(this.#short.secretKey);
    this.#helloKey?.fill(0);
    this.#key.fill(0);
  }
}

/** A nonce of 24 bytes. */
export function withPrefix(prefix: string, nonce: Uint8Array): Uint8Array {
  return Uint8Array.from(Buffer.concat([Buffer.from(prefix), nonce]));
}
