import type {
  EngineEvent,
  EngineSink,
  EngineSocket,
  Frame,
  MessageMeta,
} from "../engine/engine.js";
import { deferToNextTurn, hasTime } from "../engine/turn.js";
import {
  type Callable,
  fromCaller,
  ZmqArgumentError,
  ZmqClosedError,
  type ZmqError,
  ZmqStateError,
} from "../errors.js";
import type { FrameRule, Frames, Message } from "../frames.js";
import { RECEIVE_ONLY, SEND_ONLY, type SocketTypeName } from "../socket-type.js";
import type { WaitOptions } from "../time.js";
import { trace } from "../trace.js";
import type { AnyConnection, Held, Holder } from "./any.js";
import { Inbox, type Reader } from "./inbox.js";
import type { Turns } from "./lockstep.js";
import { Outbox, type Sender } from "./outbox.js";
import type { PeerOf, Withdrawable } from "./outgoing.js";

/** The rules of a connection, which never change. */
export interface Rules {
  readonly socketType: SocketTypeName;
  /** How many messages may wait to be sent. */
  readonly sendQueueLimit: number;
  /** How many messages ZeroMQ holds for a peer, if that is given. */
  readonly sendHighWaterMark: number | undefined;
  /** The turns of types that take turns. */
  readonly turns: Turns | undefined;
  /** The peer that a message is for, if a full peer must not hold up the others. */
  readonly peerOf: PeerOf | undefined;
  /** Why other code may not receive, if the connection reads its messages itself. */
  readonly receiveError: string | undefined;
  /** Which frames a message may have, if not any. */
  readonly frameRule: FrameRule | undefined;
  /** Whether messages are published on the channels `tx0mq:send` and `tx0mq:receive`. */
  readonly isTraced: boolean;
}

/** The owner of the messages. */
export interface Owner<In> {
  readonly connection: AnyConnection;
  /** Makes a message of the frames from the wire; undefined if it has dealt with them. */
  decode(frames: Message, meta: MessageMeta | undefined): In | undefined;
  handlesMessages(): boolean;
  messageReceived(message: In): unknown;
  monitored(event: EngineEvent): void;
  peersChanged(): void;
  report(error: unknown): void;
}

/**
 * The messages of a connection, both ways: those of the socket go through the inbox to readers, those that are
 * sent go through the outbox to the socket, each when it is its turn. A proxy or a stream may hold it in
 * its owner's place.
 */
export class Traffic<In> implements EngineSink, Reader<In>, Sender {
  readonly inbox: Inbox<In> = new Inbox<In>(this);
  readonly outbox: Outbox;
  readonly socket: EngineSocket;
  readonly limit: number;
  readonly sendHighWaterMark: number | undefined;
  readonly peerOf: Rules["peerOf"];
  /** While it finishes, readers may still reply to messages that they have received. */
  state: "open" | "finishing" | "closing" | "closed" = "open";

  readonly #rules: Rules;
  readonly #turns: Turns | undefined;
  readonly #owner: Owner<In>;
  #holder: Holder | undefined;

  constructor(owner: Owner<In>, rules: Rules, open: (sink: EngineSink) => EngineSocket) {
    this.#owner = owner;
    this.#rules = rules;
    this.#turns = rules.turns;
    this.limit = rules.sendQueueLimit;
    this.sendHighWaterMark = rules.sendHighWaterMark;
    this.peerOf = rules.peerOf;
    this.outbox = new Outbox(this);
    this.socket = open(this);
  }

  // For the connection ------------------------------------------------------------------------

  get readable(): boolean {
    if (this.inbox.hasParked) return true;
    return this.#isItsOwners && this.mayReceive() && this.socket.readable;
  }

  get writable(): boolean {
    return this.maySend() && this.outbox.isClear && this.socket.writable;
  }

  /** Whether a reader is at work on a message, or may be: a stream does not tell. */
  get isAtWork(): boolean {
    return this.inbox.isAtWork || this.#holder !== undefined;
  }

  /** @throws {ZmqError} if its owner may not receive */
  receive(options: WaitOptions | undefined): Promise<In> {
    const error = this.#isItsOwners ? this.receiveError() : this.unusable();
    if (error !== undefined) throw error;
    return this.inbox.receive(options);
  }

  /** Why a listener to messages would never be called, if that is so. */
  listenError(): ZmqError | undefined {
    const isHeld = this.state === "open" && this.#holder !== undefined;
    return isHeld ? this.unusable() : this.receiveError();
  }

  /** @param entry the function that the program has called */
  iterate(entry: Callable): AsyncIterableIterator<In> {
    if (this.#holder !== undefined) throw fromCaller(this.unusable(), entry);
    const iterator = this.inbox.iterate();
    const error = this.receiveError();
    if (error === undefined) return iterator;
    fromCaller(error, entry);
    return { ...iterator, next: () => Promise.reject(error) };
  }

  peek(notify: () => void, deadline: number): () => void {
    const error = this.#holder === undefined ? this.receiveError() : this.unusable();
    if (error !== undefined) throw error;
    return this.inbox.peek(notify, deadline);
  }

  peekRoom(notify: () => void): () => void {
    if (this.#holder !== undefined) throw this.unusable();
    if (RECEIVE_ONLY.has(this.#rules.socketType)) throw this.#wrongWay("send");
    return this.outbox.peekRoom(notify);
  }

  /** Why its owner may not send a message right now, if it may not. */
  refusal(frames: Frames): ZmqError | undefined {
    return this.#holder === undefined ? this.#sendError(frames) : this.unusable();
  }

  /** Sends a checked message, which is allowed now. @throws as the outbox */
  send(
    frames: Frames,
    meta?: MessageMeta,
    wait?: WaitOptions,
    withdrawable?: Withdrawable,
  ): Promise<void> {
    const turns = this.#turns;
    if (turns === undefined) return this.outbox.send(frames, meta, wait, withdrawable);
    const { sends } = this.outbox;
    const { envelope } = turns;
    const whole = envelope?.concat(frames as Frame) ?? frames;
    const about = owning(envelope?.length) ?? meta;
    const sent = this.outbox.send(whole, about, wait, withdrawable);
    if (this.outbox.sends === sends) return sent; // it was not accepted
    this.forgoTurn();
    if (wait !== undefined) sent.catch(() => turns.notSent());
    return sent;
  }

  /** Gives up the turn to send, for types that take turns. */
  forgoTurn(): void {
    this.#turns?.sent();
    this.inbox.readOn();
  }

  /** @throws {ZmqStateError} if other code reads or writes */
  handOver(holder: Holder): Held {
    if (!this.#isItsOwners) throw this.unusable();
    if (!this.inbox.isUnused || !this.outbox.isEmpty) {
      const why = "is being read or written; a proxy or a stream needs it for itself";
      throw new ZmqStateError(`${this.#owner.connection} ${why}`);
    }
    this.#holder = holder;
    return {
      send: (frames, owned) => {
        try {
          const error = this.#sendError(frames);
          if (error !== undefined) throw error;
          return this.send(frames, owning(owned));
        } catch (error) {
          return Promise.reject(error);
        }
      },
      follow: (work) => this.inbox.follow(work),
      report: (error) => this.report(error),
      pause: () => this.inbox.pause(),
      resume: () => this.inbox.resume(),
      giveBack: () => {
        this.#holder = undefined;
      },
    };
  }

  /** No message is taken from now on. */
  finish(): void {
    this.state = "finishing";
    this.#holder?.ending();
  }

  unusable(): ZmqError {
    if (this.state !== "open" || this.#holder === undefined) return this.closedError();
    return new ZmqStateError(`${this.#owner.connection} belongs to a proxy or a stream`);
  }

  closedError(): ZmqClosedError {
    return new ZmqClosedError(String(this.#owner.connection));
  }

  /** Whether its owner may read and write. */
  get #isItsOwners(): boolean {
    return this.state === "open" && this.#holder === undefined;
  }

  /** Why its owner can never receive, if that is so. */
  receiveError(): ZmqError | undefined {
    const { receiveError } = this.#rules;
    if (receiveError !== undefined) return new ZmqStateError(receiveError);
    return SEND_ONLY.has(this.#rules.socketType) ? this.#wrongWay("receive") : undefined;
  }

  #sendError(frames: Frames): ZmqError | undefined {
    if (this.state !== "open" && this.state !== "finishing") return this.closedError();
    if (RECEIVE_ONLY.has(this.#rules.socketType)) return this.#wrongWay("send");
    const wrong = this.#rules.frameRule?.(frames);
    return wrong === undefined ? this.#turns?.sendError : new ZmqArgumentError(wrong);
  }

  #wrongWay(what: "send" | "receive"): ZmqStateError {
    return new ZmqStateError(`${this.#rules.socketType} sockets do not ${what}`);
  }

  // For the engine ----------------------------------------------------------------------------

  received(frames: Buffer[], meta: MessageMeta | undefined): boolean {
    const message = this.#open(frames, meta);
    if (message !== undefined) this.inbox.deliver(message);
    return this.inbox.wantsMore();
  }

  /** The message for its reader; undefined if it has been dealt with. */
  #open(frames: Buffer[], meta: MessageMeta | undefined): In | undefined {
    if (trace.receive.hasSubscribers && this.#rules.isTraced) {
      trace.receive.publish({ connection: this.#owner.connection, frames });
    }
    try {
      const body = this.#turns?.unwrap?.(frames as Message) ?? (frames as Message);
      return this.#owner.decode(body, meta);
    } catch (error) {
      this.report(error);
      return undefined;
    }
  }

  wantsMore(): boolean {
    return this.inbox.wantsMore();
  }

  hasTime(): boolean {
    return hasTime();
  }

  nextTurn(goOn: () => void): void {
    deferToNextTurn(goOn);
  }

  waitsFor(): number {
    return this.inbox.waitsFor();
  }

  sent(taken: boolean): void {
    this.outbox.sent(taken);
  }

  full(): Promise<void> {
    return this.outbox.full();
  }

  wantsRoom(): boolean {
    return this.outbox.wantsRoom;
  }

  failed(error: Error): void {
    this.report(error);
  }

  event(event: EngineEvent): void {
    this.#owner.monitored(event);
  }

  peersChanged(): void {
    this.#owner.peersChanged();
  }

  // For the inbox -----------------------------------------------------------------------------

  read(): void {
    if (this.mayReceive()) this.socket.read();
  }

  take(): In | undefined {
    const { socket } = this;
    if (socket.take === undefined || this.state !== "open" || !this.mayReceive()) return undefined;
    while (hasTime()) {
      const frames = socket.take();
      if (frames === undefined) return undefined;
      const message = this.#open(frames, socket.meta);
      if (message !== undefined) return message;
    }
    return undefined;
  }

  rest(): void {
    this.socket.rest?.();
  }

  mayReceive(): boolean {
    return this.#turns?.mayReceive ?? true;
  }

  delivering(): void {
    this.#turns?.received();
    if (this.#turns?.getsReplies) this.outbox.delivered();
    this.outbox.turnChanged();
  }

  handlesMessages(): boolean {
    const holder = this.#holder;
    return holder === undefined ? this.#owner.handlesMessages() : holder.received !== undefined;
  }

  handle(message: In): unknown {
    const holder = this.#holder;
    if (holder === undefined) return this.#owner.messageReceived(message);
    return holder.received?.(message as Message);
  }

  workBegins(): number {
    return this.#turns?.workBegins?.() ?? 0;
  }

  workEnds(turn: number, failed: boolean): void {
    if (this.#turns?.workEnds?.(turn, failed)) this.forgoTurn();
  }

  report(error: unknown): void {
    this.#owner.report(error);
  }

  // For the outbox ----------------------------------------------------------------------------

  maySend(): boolean {
    return this.#isItsOwners && this.#sendError("") === undefined;
  }

  taken(frames: Frames): void {
    if (!trace.send.hasSubscribers || !this.#rules.isTraced) return;
    const { connection } = this.#owner;
    trace.send.publish({ connection, frames: Array.isArray(frames) ? frames : [frames] });
  }
}

/** No other code has so many of the first frames, unless messages are traced: a subscriber may keep them. */
function owning(owned = 0): MessageMeta | undefined {
  const isTraced = trace.send.hasSubscribers || trace.receive.hasSubscribers;
  return owned === 0 || isTraced ? undefined : { owned };
}
