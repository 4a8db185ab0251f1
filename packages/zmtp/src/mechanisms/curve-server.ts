import { readMetadata, writeCommand } from "../protocol/commands.js";
import { type Metadata, ProtocolError } from "../protocol/message.js";
import { randomBytes } from "../random.js";
import {
  BOX_OVERHEAD,
  boxKey,
  KEY_SIZE,
  type Keys,
  newKeys,
  open,
  same,
  seal,
  wipe,
} from "./box.js";
import { withPrefix } from "./curve-client.js";
import { CurveMessages, NonceCounter, NonceWatch } from "./curve-messages.js";
import { CurvePeer } from "./curve-peer.js";
import { malformed, unexpected } from "./handshake.js";
import type { MechanismOptions } from "./mechanism.js";

const NONCE_SIZE = 8;
const LONG_NONCE_SIZE = 16;
/** HELLO: version, padding, the client's short key, a nonce, and a box of zeros. */
const PADDING_SIZE = 72;
const SIGNED_SIZE = 64;
/** The cookie: a nonce, and a box of two keys. */
const COOKIE_SIZE = LONG_NONCE_SIZE + BOX_OVERHEAD + 2 * KEY_SIZE;
/** INITIATE's box: the client's long key, a nonce, a box of two keys, and metadata. */
const VOUCH_SIZE = BOX_OVERHEAD + 2 * KEY_SIZE;
const METADATA_AT = KEY_SIZE + LONG_NONCE_SIZE + VOUCH_SIZE;

/**
 * The server of CURVE (RFC 26). A client that has the server's public key gets as far as the ZAP handler, which
 * decides about the client's key. If no handler has to be asked, the client is in.
 */
export class CurveServer extends CurvePeer {
  readonly #keys: Keys;
  /** Keys for this connection alone. */
  readonly #short = newKeys();
  readonly #sent = new NonceCounter();
  readonly #received = new NonceWatch();
  #state: "expect HELLO" | "say WELCOME" | "expect INITIATE" | "say READY" | "done" =
    "expect HELLO";
  #clientShortKey: Uint8Array = new Uint8Array(KEY_SIZE);
  /** Made of our long key and the client's short one: for HELLO and WELCOME. */
  #helloKey: Uint8Array = new Uint8Array(KEY_SIZE);
  /** Made of both short keys: for all later commands. */
  #key: Uint8Array = new Uint8Array(KEY_SIZE);
  /** Seals this connection's cookie, and no other's. */
  readonly #cookieKey = randomBytes(KEY_SIZE);
  #client: Metadata = new Map();

  constructor(options: MechanismOptions, keys: Keys) {
    super(options);
    this.#keys = keys;
  }

  protected override say(): Buffer | undefined {
    switch (this.#state) {
      case "say WELCOME":
        this.#state = "expect INITIATE";
        return this.#welcome();
      case "say READY":
        this.#state = "done";
        return this.#ready();
      default:
        return undefined;
    }
  }

  protected override take(name: string, data: Buffer): Promise<void> | undefined {
    if (`expect ${name}` !== this.#state) throw unexpected(name);
    if (name === "INITIATE") return this.#initiate(data);
    this.#hello(data);
    return undefined;
  }

  #hello(data: Buffer): void {
    const keyAt = 2 + PADDING_SIZE;
    const nonceAt = keyAt + KEY_SIZE;
    const boxAt = nonceAt + NONCE_SIZE;
    if (data.length !== boxAt + BOX_OVERHEAD + SIGNED_SIZE) throw malformed("HELLO");
    if (data[0] !== 1 || data[1] !== 0) {
      throw new ProtocolError("a HELLO of another version of CURVE than 1.0");
    }
    this.#clientShortKey = Uint8Array.from(data.subarray(keyAt, nonceAt));
    this.#helloKey = boxKey(this.#clientShortKey, this.#keys.secretKey);
    this.#received.check(data, nonceAt);
    const nonce = withPrefix("CurveZMQHELLO---", data.subarray(nonceAt, boxAt));
    const signed = open(this.#helloKey, nonce, data.subarray(boxAt));
    if (!same(signed, new Uint8Array(SIGNED_SIZE))) throw malformed("HELLO");
    this.#state = "say WELCOME";
  }

  #welcome(): Buffer {
    const cookieNonce = randomBytes(LONG_NONCE_SIZE);
    const content = Buffer.concat([this.#clientShortKey, this.#short.secretKey]);
    const cookie = seal(this.#cookieKey, withPrefix("COOKIE--", cookieNonce), content);
    content.fill(0);
    const nonce = randomBytes(LONG_NONCE_SIZE);
    const welcome = Buffer.concat([this.#short.publicKey, cookieNonce, cookie]);
    const box = seal(this.#helloKey, withPrefix("WELCOME-", nonce), welcome);
    this.#helloKey.fill(0);
    return writeCommand("WELCOME", nonce, box);
  }

  #initiate(data: Buffer): Promise<void> | undefined {
    const boxAt = COOKIE_SIZE + NONCE_SIZE;
    if (data.length < boxAt + BOX_OVERHEAD + METADATA_AT) throw malformed("INITIATE");
    this.#checkCookie(data.subarray(0, COOKIE_SIZE));
    this.#received.check(data, COOKIE_SIZE);
    this.#key = boxKey(this.#clientShortKey, this.#short.secretKey);
    const nonce = withPrefix("CurveZMQINITIATE", data.subarray(COOKIE_SIZE, boxAt));
    const content = open(this.#key, nonce, data.subarray(boxAt));
    const clientKey = Uint8Array.from(content.subarray(0, KEY_SIZE));
    this.#checkVouch(clientKey, content.subarray(KEY_SIZE, METADATA_AT));
    this.#client = readMetadata(content.subarray(METADATA_AT));
    const { authenticate } = this.options;
    if (authenticate === undefined) {
      this.#state = "say READY";
      return undefined;
    }
    return this.ask(authenticate, "CURVE", [clientKey], () => {
      this.#state = "say READY";
    });
  }

  /** Checks that the cookie is the one that we have sent on this connection. */
  #checkCookie(cookie: Buffer): void {
    const nonce = withPrefix("COOKIE--", cookie.subarray(0, LONG_NONCE_SIZE));
    const content = open(this.#cookieKey, nonce, cookie.subarray(LONG_NONCE_SIZE));
    this.#cookieKey.fill(0);
    const ours = Buffer.concat([this.#clientShortKey, this.#short.secretKey]);
    const right = same(content, ours);
    content.fill(0);
    ours.fill(0);
    if (!right) throw new ProtocolError("a cookie of another connection");
  }

  /** Checks that the client has the secret key to its long key, and made the vouch for this connection with us. */
  #checkVouch(clientKey: Uint8Array, vouch: Buffer): void {
    const key = boxKey(clientKey, this.#short.secretKey);
    const nonce = withPrefix("VOUCH---", vouch.subarray(0, LONG_NONCE_SIZE));
    const vouched = open(key, nonce, vouch.subarray(LONG_NONCE_SIZE));
    key.fill(0);
    if (!same(vouched, Buffer.concat([this.#clientShortKey, this.#keys.publicKey]))) {
      throw new ProtocolError("a client's key that was vouched for on another connection");
    }
  }

  #ready(): Buffer {
    const nonce = this.#sent.next();
    const box = seal(this.#key, withPrefix("CurveZMQREADY---", nonce), this.options.metadata);
    this.messages = new CurveMessages(this.#key, "S", this.#sent, this.#received);
    this.forget();
    this.succeed(this.#client);
    return writeCommand("READY", nonce, box);
  }

  /** Forgets the keys that only the handshake needs. */
  protected override forget(): void {
    wipe(this.#short.secretKey);
    this.#cookieKey.fill(0);
    this.#helloKey.fill(0);
    this.#key.fill(0);
  }
}
