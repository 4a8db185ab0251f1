import { ZmqStateError } from "../errors.js";

/** Whose turn it is, for types that take turns: REQ and REP. */
export interface Turns {
  /** Whether the socket may receive now. */
  readonly mayReceive: boolean;
  /** Why a send is not allowed right now, if it is not. */
  readonly sendError: ZmqStateError | undefined;
  /** A message is handed to its reader. */
  received(): void;
  /** A message has been accepted for sending. */
  sent(): void;
  /** A message that had been accepted was given up. */
  notSent(): void;
}

/** A REQ: a request, its reply, and so on. `relaxed` allows another request before the reply. */
export class RequestTurns implements Turns {
  mayReceive = false;
  readonly #relaxed: boolean;

  constructor(relaxed: boolean) {
    this.#relaxed = relaxed;
  }

  get sendError(): ZmqStateError | undefined {
    if (!this.mayReceive || this.#relaxed) return undefined;
    return new ZmqStateError("a REQ awaits its reply before it can send again (see relaxed)");
  }

  received(): void {
    this.mayReceive = false;
  }

  sent(): void {
    this.mayReceive = true;
  }

  notSent(): void {
    this.mayReceive = false;
  }
}

/** A REP: a request, its reply, and so on. */
export class ReplyTurns implements Turns {
  mayReceive = true;

  get sendError(): ZmqStateError | undefined {
    if (!this.mayReceive) return undefined;
    return new ZmqStateError("a REP receives a request before it can send its reply");
  }

  received(): void {
    this.mayReceive = false;
  }

  sent(): void {
    this.mayReceive = true;
  }

  notSent(): void {
    this.mayReceive = false;
  }
}
