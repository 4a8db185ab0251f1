import type { Frame } from "../engine/engine.js";
import { ZmqStateError } from "../errors.js";
import { type Message, unwrap } from "../frames.js";

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
  /** A handler is at work on the message that was received last. @returns the number of its turn */
  workBegins?(): number;
  /** The handler is done, or has failed. @returns whether it is our turn to send, and no handler will do so */
  workEnds?(turn: number, failed: boolean): boolean;
  /** Takes the envelope off a message that has come. */
  unwrap?(message: Message): Message;
  /** That envelope, to go in front of the reply. */
  readonly envelope?: readonly Frame[];
  /** Whether a message that comes is a reply: then the peer has what was sent. */
  readonly getsReplies?: boolean;
}

/** A REQ: a request, its reply, and so on. `relaxed` allows another request before the reply. */
export class RequestTurns implements Turns {
  mayReceive = false;
  readonly getsReplies = true;
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

/** A REP: a request, its reply, and so on. It keeps the envelope of each request for the reply. */
export class ReplyTurns implements Turns {
  mayReceive = true;
  /** The envelopes of the request that is replied to next, and of those that no reader has yet. */
  readonly #envelopes: (readonly Frame[])[] = [];
  #last: readonly Frame[] = [];
  /** The number of the last received request, how many handlers are at work on it, and whether one has failed. */
  #turn = 0;
  #atWork = 0;
  #hasFailed = false;

  get sendError(): ZmqStateError | undefined {
    if (!this.mayReceive) return undefined;
    return new ZmqStateError("a REP receives a request before it can send its reply");
  }

  /** @throws {ZmqProtocolError} for a message without an envelope */
  unwrap(message: Message): Message {
    const { envelope, body } = unwrap(message);
    this.#envelopes.push(envelope);
    return body;
  }

  get envelope(): readonly Frame[] {
    return this.#envelopes[0] ?? [];
  }

  received(): void {
    this.mayReceive = false;
    this.#turn += 1;
    this.#atWork = 0;
    this.#hasFailed = false;
  }

  workBegins(): number {
    this.#atWork += 1;
    return this.#turn;
  }

  workEnds(turn: number, failed: boolean): boolean {
    if (turn !== this.#turn) return false; // it was replied to, and another one has been received
    this.#atWork -= 1;
    this.#hasFailed ||= failed;
    return this.#hasFailed && this.#atWork === 0 && !this.mayReceive;
  }

  sent(): void {
    this.#last = this.#envelopes.shift() ?? [];
    this.mayReceive = true;
  }

  notSent(): void {
    this.#envelopes.unshift(this.#last);
    this.mayReceive = false;
  }
}
