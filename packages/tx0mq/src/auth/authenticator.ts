import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { EventEmitter } from "node:events";
import { clearTimeout, setTimeout } from "../clock.js";
import { ZmqConnection } from "../connection/connection.js";
import {
  shown,
  ZmqAddressInUseError,
  ZmqArgumentError,
  ZmqOptionError,
  ZmqStateError,
  ZmqTimeoutError,
} from "../errors.js";
import type { ZmqFactory } from "../factory.js";
import { EMPTY, type Frames, type Message, unwrap } from "../frames.js";
import { kContext } from "../internal.js";
import { noOthers, type RouterOptions } from "../options.js";
import { LONGEST_TIMER } from "../time.js";
import { trace } from "../trace.js";
import { TypedEventEmitter } from "../typed-event-emitter.js";
import { AddressList } from "./addresses.js";
import type { ZmqCertificate } from "./certificate.js";
import { ZAP_ADDRESS } from "./mechanism.js";
import { keyBytes, z85Encode } from "./z85.js";

/** Options of a {@link ZmqAuthenticator}. */
export interface AuthenticatorOptions {
  /** How long a callback may take to decide, in ms; after that the client is denied. Default: 5,000. */
  timeout?: number | undefined;
}

/** The decision about a client that wants to come in. */
export interface AuthDecision {
  readonly allowed: boolean;
  /** The reason of the decision. */
  readonly reason: string;
  /** The server's `zapDomain`. */
  readonly domain: string;
  /** The client's IP address. Over ipc libzmq gives its user, group and process instead: `…:uid:gid:pid`. */
  readonly address: string;
  /** `"NULL"`, `"PLAIN"` or `"CURVE"`. */
  readonly mechanism: string;
  /**
   * The client's id: what a callback returned, else the user name, or the public key in Z85. If the client is
   * denied, it is what the client claims.
   */
  readonly userId: string;
  /** The error that a callback threw, or that it took too long. */
  readonly error?: unknown;
}

/** The events of a {@link ZmqAuthenticator}. */
export interface AuthenticatorEvents {
  /** A client may come in. */
  allowed: [decision: AuthDecision];
  /** A client may not come in. */
  denied: [decision: AuthDecision];
  /** A callback threw, or took too long, so the client is denied. Printed if it has no listener. */
  error: [error: unknown];
  /** The authenticator is shut down. */
  close: [];
}

/** Whether a client may come in. A text means yes, and is the user id. All but `true` and a text mean no. */
export type AuthVerdict = boolean | string;

/** A client of the PLAIN mechanism that wants to come in. */
export interface PlainClient {
  readonly username: string;
  readonly password: string;
  /** The server's `zapDomain`. */
  readonly domain: string;
  /** As in an {@link AuthDecision}. */
  readonly address: string;
}

/** A client of the CURVE mechanism that wants to come in, and has the secret key to its public key. */
export interface CurveClient {
  /** In Z85. */
  readonly publicKey: string;
  /** The server's `zapDomain`. */
  readonly domain: string;
  /** As in an {@link AuthDecision}. */
  readonly address: string;
}

/** User names and their passwords, or a callback that decides. */
export type PlainUsers =
  | Readonly<Record<string, string>>
  | ReadonlyMap<string, string>
  | ((client: PlainClient) => AuthVerdict | Promise<AuthVerdict>);

/** Public keys and certificates; `"any"` for all clients that know the server's public key; or a callback. */
export type CurveClients =
  | "any"
  | Iterable<string | Uint8Array | ZmqCertificate>
  | ((client: CurveClient) => AuthVerdict | Promise<AuthVerdict>);

/** A request of a server. */
interface ZapRequest {
  readonly domain: string;
  readonly address: string;
  readonly mechanism: string;
  readonly credentials: readonly Buffer[];
}

interface Verdict {
  readonly allowed: boolean;
  readonly reason: string;
  readonly userId?: string;
  readonly error?: unknown;
}

type PlainCheck = (username: Buffer, password: Buffer, request: ZapRequest) => unknown;
type CurveCheck = (key: Buffer, request: ZapRequest) => unknown;

const ZAP_VERSION = "1.0";
const TIMEOUT = 5_000;
/** The name for all domains without settings of their own. */
const ALL = "*";

interface Reasons {
  readonly yes: string;
  readonly no: string;
}
const PLAIN: Reasons = { yes: "the password is right", no: "wrong user name or password" };
const CURVE: Reasons = { yes: "the key is known", no: "the key is not known" };

/** Its messages are not traced: they have passwords in them. */
class ZapHandler extends ZmqConnection<Message, Frames, RouterOptions> {
  static override readonly socketType = "ROUTER";
  protected static override readonly shownAs = "ZAP";
  protected static override readonly isTraced = false;
}

/**
 * Decides which clients may connect to the servers of a factory: the handler of ZAP (RFC 27). Make it
 * before the servers. libzmq asks it about each client of a server with `plainServer`, `curveServer` or a
 * `zapDomain`.
 *
 * ```ts
 * const auth = new ZmqAuthenticator(factory);
 * auth.allow("127.0.0.1", "10.0.0.0/8");
 * auth.configurePlain({ admin: "secret" });
 * auth.configureCurve(await ZmqCertificate.loadFolder("clients"));
 * auth.on("denied", ({ address, userId, reason }) => console.log(address, userId, reason));
 * ```
 *
 * The address decides first, then the mechanism. PLAIN and CURVE clients are denied until there are settings for
 * their domain; for NULL there is nothing to check. If a callback throws, or takes too long, the client is denied.
 * Changes count for clients that come later; those that are in stay. It keeps the process alive until it, or its
 * factory, is shut down.
 *
 * It emits each decision as an event, and publishes it on the channel `tx0mq:auth` of
 * `node:diagnostics_channel`. Neither has a password or a secret key in it.
 */
export class ZmqAuthenticator extends TypedEventEmitter<AuthenticatorEvents> {
  /** The factory whose servers it decides for. */
  readonly factory: ZmqFactory;
  /** How long a callback may take to decide, in ms. */
  readonly timeout: number;
  readonly #handler: ZapHandler;
  readonly #allowed = new AddressList();
  readonly #denied = new AddressList();
  readonly #plain = new Map<string, PlainCheck>();
  readonly #curve = new Map<string, CurveCheck>();

  /**
   * @throws {ZmqStateError} if the factory has an authenticator already
   * @throws {ZmqOptionError} for a wrong time-out, or an option that there is not
   * @throws {ZmqArgumentError} for a value that is no factory
   * @throws {ZmqClosedError} if the factory is shut down
   */
  constructor(factory: ZmqFactory, { timeout = TIMEOUT, ...others }: AuthenticatorOptions = {}) {
    super({ captureRejections: true });
    const emitter = this as EventEmitter & Record<symbol, unknown>;
    emitter[EventEmitter.captureRejectionSymbol] = listenerFailed;
    noOthers(others);
    if (!(timeout > 0 && timeout <= LONGEST_TIMER)) {
      throw new ZmqOptionError("timeout", `is a number of ms above 0, not ${shown(timeout)}`);
    }
    if (typeof factory?.[kContext] !== "function") {
      throw new ZmqArgumentError("a factory comes first: new ZmqAuthenticator(factory)");
    }
    this.factory = factory;
    this.timeout = timeout;
    try {
      this.#handler = new ZapHandler(factory, { bind: ZAP_ADDRESS }, { lingerPeriod: 0 });
    } catch (error) {
      if (!(error instanceof ZmqAddressInUseError)) throw error;
      throw new ZmqStateError(
        "the context has a ZAP handler already: shut that one down, or use it",
      );
    }
    this.#handler.on("message", (frames) => this.#asked(frames));
    this.#handler.once("close", () => this.emit("close"));
  }

  /** Whether it has been shut down, or is being. */
  get closed(): boolean {
    return this.#handler.closed;
  }

  /**
   * Allows clients with these addresses, or in these ranges (`10.0.0.0/8`), and from then on no others.
   *
   * @throws {ZmqArgumentError} for a value that is no IP address and no range
   */
  allow(...addresses: string[]): void {
    for (const address of addresses) this.#allowed.add(address);
  }

  /**
   * Denies clients with these addresses, or in these ranges, even if they are allowed as well.
   *
   * @throws {ZmqArgumentError} for a value that is no IP address and no range
   */
  deny(...addresses: string[]): void {
    for (const address of addresses) this.#denied.add(address);
  }

  /**
   * Sets the users of PLAIN servers of a domain. They replace those before.
   *
   * @param domain a `zapDomain`; `"*"` is for all domains without settings of their own
   * @throws {ZmqArgumentError} for a password that is not a text, or a value that is no users
   */
  configurePlain(users: PlainUsers, domain = "*"): void {
    this.#plain.set(domain, plainCheck(users));
  }

  /**
   * Sets the clients of CURVE servers of a domain. They replace those before.
   *
   * @param domain a `zapDomain`; `"*"` is for all domains without settings of their own
   * @throws {ZmqArgumentError} for a value that is no key, or is no clients
   */
  configureCurve(clients: CurveClients, domain = "*"): void {
    this.#curve.set(domain, curveCheck(clients));
  }

  /** Ends it: from then on no new client comes in. */
  shutdown(): Promise<void> {
    return this.#handler.shutdown();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  async #asked(frames: Message): Promise<void> {
    let envelope: readonly Buffer[];
    let body: Message;
    try {
      ({ envelope, body } = unwrap(frames));
    } catch {
      return; // who asked cannot be told, and the error would have the frames
    }
    const [version, id = EMPTY, domain, address, , mechanism, ...credentials] = body;
    const request = {
      domain: String(domain ?? ""),
      address: String(address ?? ""),
      mechanism: String(mechanism ?? ""),
      credentials,
    };
    const isZap = String(version) === ZAP_VERSION && mechanism !== undefined;
    let verdict = isZap ? await this.#decide(request) : no("a malformed ZAP request");
    if (this.closed) verdict = no("the authenticator has been shut down", verdict.userId);
    const { allowed, reason, userId = "", error } = verdict;
    const status = allowed ? "200" : error === undefined ? "400" : "500";
    const reply = [ZAP_VERSION, id, status, allowed ? "OK" : "", allowed ? userId : "", EMPTY];
    if (!this.closed) await this.#handler.send([...envelope, ...reply] as unknown as Frames);
    const { domain: asked, address: from, mechanism: by } = request;
    this.#tell({ allowed, reason, domain: asked, address: from, mechanism: by, userId, error });
  }

  async #decide(request: ZapRequest): Promise<Verdict> {
    const { address, mechanism, credentials } = request;
    const [first = EMPTY, second = EMPTY] = credentials;
    const isCurve = mechanism === "CURVE" && credentials.length === 1 && first.length === 32;
    const claimed = isCurve ? z85Encode(first) : mechanism === "PLAIN" ? String(first) : "";
    if (this.#denied.has(address)) return no("the address is denied", claimed);
    if (!this.#allowed.isEmpty && !this.#allowed.has(address)) {
      return no("the address is not allowed", claimed);
    }
    if (mechanism === "NULL") return { allowed: true, reason: "the address is allowed" };
    if (mechanism === "PLAIN" && credentials.length === 2) {
      const check = settings(this.#plain, request);
      if (check === undefined) return no("the domain has no users", claimed);
      const decide = (): unknown => check(first, second, request);
      return this.#checked(claimed, PLAIN, decide);
    }
    if (isCurve) {
      const check = settings(this.#curve, request);
      if (check === undefined) return no("the domain has no clients", claimed);
      return this.#checked(claimed, CURVE, () => check(first, request));
    }
    return no("an unknown mechanism, or malformed credentials");
  }

  async #checked(claimed: string, reasons: Reasons, decide: () => unknown): Promise<Verdict> {
    try {
      const verdict = await inTime(this.timeout, decide);
      if (verdict === true || (typeof verdict === "string" && verdict !== "")) {
        const userId = verdict === true ? claimed : verdict;
        return { allowed: true, reason: reasons.yes, userId };
      }
      return no(reasons.no, claimed);
    } catch (error) {
      const late = error instanceof ZmqTimeoutError;
      const reason = late ? error.message : "the callback threw";
      return { ...no(reason, claimed), error: error ?? new Error(`the callback threw ${error}`) };
    }
  }

  #tell({ error, ...rest }: AuthDecision): void {
    const decision: AuthDecision = error === undefined ? rest : { ...rest, error };
    if (trace.auth.hasSubscribers) trace.auth.publish({ authenticator: this, decision });
    try {
      this.emit(decision.allowed ? "allowed" : "denied", decision);
      if (error !== undefined && this.listenerCount("error") > 0) this.emit("error", error);
      else if (error !== undefined) {
        console.error(`tx0mq: the authenticator denied a client after this error:`, error);
      }
    } catch (thrown) {
      listenerFailed(thrown);
    }
  }
}

function listenerFailed(error: unknown): void {
  console.error("tx0mq: a listener of the authenticator threw:", error);
}

function no(reason: string, userId = ""): Verdict {
  return { allowed: false, reason, userId };
}

/** The settings of the domain, or those for all. */
function settings<T>(checks: ReadonlyMap<string, T>, { domain }: ZapRequest): T | undefined {
  return checks.get(domain) ?? checks.get(ALL);
}

/** Keeps no password: it compares digests under a key of this process, in constant time. */
function plainCheck(users: PlainUsers): PlainCheck {
  if (typeof users === "function") {
    return (username, password, { domain, address }) =>
      users({ username: String(username), password: String(password), domain, address });
  }
  if (!isMap(users) && !isRecord(users)) {
    throw new ZmqArgumentError(
      "the PLAIN users are names and passwords, a Map of these, or a callback",
    );
  }
  const key = randomBytes(32);
  const digest = (text: string | Buffer): Buffer => createHmac("sha256", key).update(text).digest();
  const entries = isMap(users) ? [...users] : Object.entries(users);
  for (const [username, password] of entries) {
    if (typeof password === "string") continue;
    throw new ZmqArgumentError(`the password of ${JSON.stringify(username)} is not a text`);
  }
  const digests = new Map(entries.map(([username, password]) => [username, digest(password)]));
  return (username, password) => {
    const known = digests.get(String(username));
    return timingSafeEqual(digest(password), known ?? key) && known !== undefined;
  };
}

/** Whether its names and values may be users and passwords. Those of a text would be numbers and letters. */
function isRecord(users: unknown): boolean {
  if (Array.isArray(users) || users instanceof Promise) return false;
  return typeof users === "object" && users !== null;
}

function isMap(users: unknown): users is ReadonlyMap<string, string> {
  return users instanceof Map;
}

function curveCheck(clients: CurveClients): CurveCheck {
  if (clients === "any") return () => true;
  if (typeof clients === "function") {
    return (key, { domain, address }) => clients({ publicKey: z85Encode(key), domain, address });
  }
  if (typeof clients === "string" || typeof clients?.[Symbol.iterator] !== "function") {
    throw new ZmqArgumentError('the CURVE clients are a list of keys, a callback, or "any"');
  }
  const keys = [...clients].map((one) =>
    keyBytes(typeof one === "string" || one instanceof Uint8Array ? one : one.publicKey),
  );
  return (key) => keys.reduce((found, known) => timingSafeEqual(key, known) || found, false);
}

/** The decision of a callback, now or later. @throws {ZmqTimeoutError} if it took too long */
function inTime(timeout: number, decide: () => unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new ZmqTimeoutError("decision", timeout)), timeout);
    late.unref(); // when all is shut down, nobody waits for the decision
    Promise.resolve()
      .then(decide)
      .then(resolve, reject)
      .finally(() => clearTimeout(late));
  });
}
