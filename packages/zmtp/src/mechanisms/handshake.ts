import { type Command, readCommand, writeCommand } from "../protocol/commands.js";
import { type Metadata, ProtocolError } from "../protocol/message.js";
import {
  type Authenticate,
  AuthenticationError,
  type Mechanism,
  type MechanismOptions,
  RefusedError,
  type ZapReply,
} from "./mechanism.js";

/** Properties that only the peer itself can tell: a ZAP handler's metadata does not replace them. */
const PEERS_OWN = new Set(["socket-type", "identity"]);

/**
 * The part that all mechanisms have in common: commands come one by one, and after a failure there are no more.
 * Each mechanism says which command comes when.
 */
export abstract class Handshake implements Mechanism {
  protected readonly options: MechanismOptions;
  #peer: Metadata = new Map();
  #zap: ZapReply | undefined;
  #ready = false;
  /** The peer has failed, or `close` was called. */
  #over = false;
  #asking = false;
  /** Tells the ZAP handler that the connection has ended. */
  #gone: AbortController | undefined;

  constructor(options: MechanismOptions) {
    this.options = options;
  }

  get ready(): boolean {
    return this.#ready && !this.#over;
  }

  get peer(): Metadata {
    return this.#peer;
  }

  get userId(): string {
    return this.#zap?.userId ?? "";
  }

  next(): Buffer | undefined {
    return this.#over || this.#asking ? undefined : this.say();
  }

  received(body: Buffer): Promise<void> | undefined {
    if (this.#over) throw new ProtocolError("a command after the handshake has failed");
    try {
      const { name, data } = this.read(body);
      if (this.#asking) throw unexpected(name);
      return this.take(name, data);
    } catch (error) {
      this.#over = true;
      throw error;
    }
  }

  /**
   * As with libzmq, only a 400 or a 500 makes an ERROR. A 300 is a temporary error: the connection is closed without
   * one, and so the client comes again.
   */
  refusal({ status }: AuthenticationError): Buffer | undefined {
    return status === "400" || status === "500" ? this.writeError(status) : undefined;
  }

  /** An ERROR command (RFC 37). */
  protected writeError(reason: string): Buffer {
    return writeCommand("ERROR", brief(Buffer.from(reason)));
  }

  close(): void {
    this.#over = true;
    this.#gone?.abort();
  }

  /** @throws {ProtocolError} if it is not a command */
  protected read(body: Buffer): Command {
    return readCommand(body);
  }

  /** The command to send now, if it is our turn. */
  protected abstract say(): Buffer | undefined;

  /** Takes the peer's command. @throws {ProtocolError} if it is not the command's turn */
  protected abstract take(name: string, data: Buffer): Promise<void> | undefined;

  /** The handshake is done. */
  protected succeed(peer: Metadata): void {
    const all = new Map(peer);
    for (const [name, value] of this.#zap?.metadata ?? []) {
      if (!PEERS_OWN.has(name)) all.set(name, value);
    }
    this.#peer = all;
    this.#ready = true;
  }

  /** Asks the ZAP handler, and then calls `admit`, unless the handshake is over by then. */
  protected async ask(
    authenticate: Authenticate,
    mechanism: string,
    credentials: readonly Uint8Array[],
    admit: () => void,
  ): Promise<void> {
    this.#asking = true;
    this.#gone = new AbortController();
    try {
      this.#zap = await askHandler(authenticate, mechanism, credentials, this.#gone.signal);
      this.#asking = false;
      if (!this.#over) admit();
    } catch (error) {
      this.#over = true;
      throw error;
    }
  }
}

/** @throws {ProtocolError} for a malformed answer, {AuthenticationError} for a no, or for no answer */
async function askHandler(
  authenticate: Authenticate,
  mechanism: string,
  credentials: readonly Uint8Array[],
  gone: AbortSignal,
): Promise<ZapReply> {
  let reply: ZapReply;
  try {
    reply = await authenticate(mechanism, credentials, gone);
  } catch (error) {
    if (error instanceof ProtocolError || error instanceof AuthenticationError) throw error;
    throw new AuthenticationError("", `the ZAP handler does not answer: ${String(error)}`);
  }
  if (reply.status === "200") return reply;
  const text = reply.text === "" ? "" : `: ${reply.text}`;
  throw new AuthenticationError(reply.status, `the ZAP handler's answer is ${reply.status}${text}`);
}

/** A command that may not come now. Its name comes from the peer, so the text shows it escaped. */
export function unexpected(name: string): ProtocolError {
  return new ProtocolError(`the command ${JSON.stringify(name)} may not come now`);
}

/** A command whose data are not as in the RFC. */
export function malformed(name: string): ProtocolError {
  return new ProtocolError(`a malformed ${name} command`);
}

/** Text or bytes of up to 255 bytes, behind a byte with their size. */
export function brief(text: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(text.length), text]);
}

/**
 * Reads an ERROR command. As in libzmq, the reasons 300, 400 and 500 are a refusal with that status; other reasons
 * have no status here.
 *
 * @throws {ProtocolError} if it is malformed
 */
export function readRefusal(data: Buffer): RefusedError {
  const length = data[0];
  if (length === undefined || data.length < 1 + length) throw malformed("ERROR");
  const reason = data.toString("latin1", 1, 1 + length);
  const status = /^[345]00$/.test(reason) ? reason : "";
  return new RefusedError(status, `the peer does not let us in: ${JSON.stringify(reason)}`);
}
