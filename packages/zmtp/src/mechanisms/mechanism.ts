import type { Metadata } from "../protocol/message.js";

/** What a mechanism of one connection is made with. */
export interface MechanismOptions {
  /** Our own metadata, to be sent to the peer: the bytes of READY's or INITIATE's properties. */
  readonly metadata: Buffer;
  /** Asks the ZAP handler (RFC 27); undefined where nobody has to be asked. */
  readonly authenticate: Authenticate | undefined;
}

/**
 * The rest of a ZAP request: the mechanism's name and its credentials. Rejects where nobody answers, and when
 * `gone` tells that the peer waits no more.
 */
export type Authenticate = (
  mechanism: string,
  credentials: readonly Uint8Array[],
  gone: AbortSignal,
) => Promise<ZapReply>;

/** A ZAP handler's answer. */
export interface ZapReply {
  /** `"200"` lets the client in; `"300"` is a temporary error, `"400"` a no, `"500"` a failure. */
  readonly status: string;
  readonly text: string;
  readonly userId: string;
  readonly metadata: Metadata;
}

/** A peer that may not come in, or a ZAP handler that gives no answer. */
export class AuthenticationError extends Error {
  readonly code = "EACCES";
  /** ZAP's status code: `"300"`, `"400"` or `"500"`; empty where there was no answer, or no status. */
  readonly status: string;

  constructor(status: string, why: string) {
    super(why);
    this.status = status;
  }
}

/**
 * A security mechanism's part of one connection (RFC 37, "Authentication"): commands in, commands out. It
 * knows of no socket and no timer. After the greetings, `next` is asked for a command to send until there
 * is none; then each command of the peer goes to `received`, and `next` is asked again.
 */
export interface Mechanism {
  /**
   * Asks whoever has to be asked before anything is said. Called once, before all else; where it returns a
   * promise, nothing is sent and no command handed over until that settles.
   *
   * @throws as `received`
   */
  begin?(): Promise<void> | undefined;
  /**
   * The command to be sent now: its frame's body. Undefined where it is the peer's turn, or all is said.
   *
   * @throws {ProtocolError} for a server's key that is none
   */
  next(): Buffer | undefined;
  /**
   * A command of the peer's. Returns a promise where somebody else has to be asked: no other command is
   * handed over until it settles.
   *
   * @throws {ProtocolError} where it is not the one that has to come
   * @throws {AuthenticationError} where the peer may not come in, or does not let us in
   */
  received(body: Buffer): Promise<void> | undefined;
  /**
   * What to send to the peer when it may not come in: an ERROR command. Then the connection is closed.
   */
  refusal?(error: AuthenticationError): Buffer | undefined;
  /** Whether messages may be sent and received. */
  readonly ready: boolean;
  /** What the peer has said of itself; complete when `ready`. */
  readonly peer: Metadata;
  /** Who the peer is, as ZAP says. */
  readonly userId: string;

  /** Puts a frame into the body of a MESSAGE command. Undefined where frames go out as they are. */
  encode?(flags: number, body: Uint8Array): Buffer;
  /** Takes a frame out of the body of a MESSAGE command. @throws {ProtocolError} for a forged one */
  decode?(body: Buffer): { flags: number; body: Buffer };
  /** Forgets keys. */
  close?(): void;
}
