import type { Metadata } from "../protocol/message.js";

/** The options for the mechanism of one connection. */
export interface MechanismOptions {
  /** Our own metadata for the peer: the bytes of READY's or INITIATE's properties. */
  readonly metadata: Buffer;
  /** Asks the ZAP handler (RFC 27); undefined if there is no need to ask. */
  readonly authenticate: Authenticate | undefined;
}

/**
 * Sends a ZAP request with the mechanism's name and its credentials. Rejects if there is no answer, and when `gone`
 * tells that the peer waits no more.
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

/** The peer may not come in, or the ZAP handler gives no answer. */
export class AuthenticationError extends Error {
  readonly code = "EACCES";
  /** ZAP's status code: `"300"`, `"400"` or `"500"`; empty if there was no answer, or no status. */
  readonly status: string;

  constructor(status: string, why: string) {
    super(why);
    this.status = status;
  }
}

/** The peer has sent an ERROR command: it does not let us in. That is final, whatever its reason (RFC 37). */
export class RefusedError extends AuthenticationError {}

/**
 * A security mechanism's part of one connection (RFC 37, "Authentication"): commands in, commands out. It
 * knows no socket and no timer. After the greetings, call `next` for the commands to send, until there is none. Then
 * give each command of the peer to `received`, and call `next` again.
 */
export interface Mechanism {
  /**
   * Asks the ZAP handler, if it has to be asked before anything is sent. Call it once, before all else. If it returns
   * a promise, send nothing and hand over no command until that settles.
   *
   * @throws as `received`
   */
  begin?(): Promise<void> | undefined;
  /**
   * The command to send now: its frame's body. Undefined if it is the peer's turn, or all is sent.
   *
   * @throws {ProtocolError} if the server's key is not a valid key
   */
  next(): Buffer | undefined;
  /**
   * Takes a command of the peer. It returns a promise if the ZAP handler has to be asked: hand over no other command
   * until that settles.
   *
   * @throws {ProtocolError} if another command has to come
   * @throws {AuthenticationError} if the peer may not come in, or does not let us in
   */
  received(body: Buffer): Promise<void> | undefined;
  /**
   * The ERROR command for a peer that may not come in. Send it, and close the connection.
   */
  refusal?(error: AuthenticationError): Buffer | undefined;
  /** Whether messages may be sent and received. */
  readonly ready: boolean;
  /** The peer's properties; complete when `ready`. */
  readonly peer: Metadata;
  /** The peer's user id, from ZAP. */
  readonly userId: string;

  /** Puts a frame into the body of a MESSAGE command. Undefined if frames go out as they are. */
  encode?(flags: number, body: Uint8Array): Buffer;
  /** Takes a frame out of the body of a MESSAGE command. @throws {ProtocolError} for a forged one */
  decode?(body: Buffer): { flags: number; body: Buffer };
  /** Forgets keys. */
  close?(): void;
}
