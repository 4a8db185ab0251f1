import { queueMicrotask, turn } from "../clock.js";
import type { EngineSocket, MessageMeta } from "../engine/engine.js";
import {
  awaited,
  ZmqAbortError,
  type ZmqError,
  ZmqQueueFullError,
  ZmqTimeoutError,
} from "../errors.js";
import { type Frames, sendError } from "../frames.js";
import { SETTLED } from "../internal.js";
import { after, onAbort, onExpiry, type WaitOptions } from "../time.js";
import { Delivery } from "./delivery.js";
import { Lane, Line, Outgoing, type PeerOf, sizeOf, type Withdrawable } from "./outgoing.js";

/** What an outbox asks of its connection. */
export interface Sender {
  readonly socket: EngineSocket;
  /** How many messages may wait. */
  readonly limit: number;
  /** How many messages ZeroMQ holds for a peer, if that is given. */
  readonly sendHighWaterMark: number | undefined;
  /** Whether the socket's type allows to send now. */
  maySend(): boolean;
  /** ZeroMQ has taken a message. */
  taken(frames: Frames): void;
  closedError(): ZmqError;
  /**
   * The peer that a message is for, if a full peer must not hold up the others; undefined if all messages
   * stay in one order.
   */
  peerOf?: PeerOf | undefined;
}

/** After so many bytes in a row, `await send()` gives the event loop a turn. */
const BYTES_PER_TURN = 2 * 2 ** 20;
/** What a small message counts for: there are 512 of them in a turn. */
const LEAST_BYTES = BYTES_PER_TURN / 512;
/** No event tells that a full peer has room again: it is tried after 1 ms, 2 ms and so on up to this. */
const LONGEST_PAUSE = 32;

/**
 * If so many bytes wait for a full peer, no more messages are taken for it. Messages that are sent before that
 * is known, all within one turn of the event loop, wait nevertheless: the limit of messages bounds them.
 */
const LANE_LIMIT = 64 * 2 ** 20;

const ignore = (): void => undefined;

/** Messages that wait to be sent: in one order or, if peers have names, in one for each peer. */
export class Outbox {
  readonly #sender: Sender;
  readonly #queue = new Line();
  /** The lanes of the full peers. */
  readonly #lanes = new Map<string, Lane>();
  /** How many messages wait, in all lanes. */
  #waiting = 0;
  /** The engine has not said yet what became of the message in hand. */
  #sending = false;
  /** The message in hand: an entry if it has waited before, else its parts. */
  #entry: Outgoing | undefined;
  #frames: Frames = "";
  #meta: MessageMeta | undefined;
  #withdrawable: Withdrawable | undefined;
  #held: Promise<void> | undefined;
  /** The first message waits until the socket has room. */
  #blocked = false;
  /** Messages are held back: no peer is there to take them. */
  #onHold = false;
  #ended = false;
  readonly #delivery: Delivery;
  #tellDrained: (() => void) | undefined;
  #tellProgress: (() => void) | undefined;
  readonly #roomPeeks = new Set<() => void>();
  #looksForRoom = false;
  /** How many bytes may still be sent in a row. */
  #leftInTurn = BYTES_PER_TURN;

  constructor(sender: Sender) {
    this.#sender = sender;
    this.#delivery = new Delivery(sender.sendHighWaterMark);
  }

  /** How many messages were accepted so far. */
  get sends(): number {
    return this.#delivery.messages;
  }

  /** The peer has all that was sent. */
  delivered(): void {
    this.#delivery.done();
  }

  /** How long a peer that reads may need for what it has not got yet, in ms. */
  get timeToDeliver(): number {
    return this.#delivery.left;
  }

  get isEmpty(): boolean {
    return !this.#sending && this.#waiting === 0;
  }

  /** Whether a message, if sent now, goes to the socket at once. */
  get isClear(): boolean {
    return !this.#sending && !this.#onHold && this.#queue.size === 0;
  }

  /** Whether a message or a `poll()` waits until the socket has room. */
  get wantsRoom(): boolean {
    return this.#roomPeeks.size > 0 || (this.#blocked && this.#queue.size > 0);
  }

  // Sending -----------------------------------------------------------------------------------

  /**
   * Sends a message, or puts it behind those that wait. The promise settles when ZeroMQ has taken it.
   *
   * @throws {ZmqQueueFullError} if too much waits already; {ZmqAbortError} if the signal is aborted already
   */
  send(
    frames: Frames,
    meta?: MessageMeta,
    wait?: WaitOptions,
    withdrawable?: Withdrawable,
  ): Promise<void> {
    if (wait === undefined && this.isClear && this.#lanes.size === 0) {
      const bytes = sizeOf(frames);
      this.#delivery.add(bytes);
      this.#withdrawable = withdrawable;
      this.#held = this.#everySoOften(bytes, this.#transmit(frames, meta) ?? SETTLED);
      return this.#held;
    }
    if (wait?.signal?.aborted) throw new ZmqAbortError(wait.signal.reason);
    const lane = this.#laneOf(frames, meta);
    // A full peer may use up the room for waiting, but not that of the others.
    const waiting = lane === undefined ? this.#queue.size : this.#waiting;
    const goesAtOnce = lane === undefined && this.isClear;
    if (waiting >= this.#sender.limit && !goesAtOnce) {
      throw new ZmqQueueFullError(this.#sender.limit);
    }
    if (lane !== undefined && lane.waiting.bytes >= LANE_LIMIT) {
      const peer = meta?.routingId ?? Buffer.from(lane.peer, "latin1");
      throw new ZmqQueueFullError(LANE_LIMIT, peer);
    }
    const bytes = sizeOf(frames);
    this.#delivery.add(bytes);
    const entry = new Outgoing(frames, meta);
    if (wait !== undefined) this.#giveUpLater(entry, wait);
    if (withdrawable !== undefined) withdrawable.withdraw = (error) => this.#giveUp(entry, error);
    this.#put(entry, this.#queue);
    const sent = this.#everySoOften(bytes, entry.promise);
    entry.held = wait === undefined ? sent : awaited(sent);
    this.#goOn();
    return entry.held;
  }

  /** An engine may take messages as fast as they come: without this, timers would have to wait. */
  #everySoOften(bytes: number, sent: Promise<void>): Promise<void> {
    this.#leftInTurn -= Math.max(bytes, LEAST_BYTES);
    if (this.#leftInTurn > 0) return sent;
    this.#leftInTurn = BYTES_PER_TURN;
    return sent.then(() => turn());
  }

  #put(entry: Outgoing, line: Line, first = false): void {
    entry.line = line;
    if (first) line.unshift(entry);
    else line.push(entry);
    this.#waiting += 1;
  }

  #take(entry: Outgoing): void {
    entry.line?.remove(entry);
    entry.line = undefined;
    this.#waiting -= 1;
  }

  #transmit(frames: Frames, meta: MessageMeta | undefined): Promise<void> | undefined {
    this.#sending = true;
    this.#frames = frames;
    this.#meta = meta;
    let sending: Promise<void> | undefined;
    try {
      sending = this.#sender.socket.send(frames, meta);
    } catch (error) {
      queueMicrotask(() => this.sent(false));
      return Promise.reject(sendError(error, frames, meta));
    }
    if (sending === undefined) {
      this.#sending = false;
      this.#frames = "";
      this.#sender.taken(frames);
    }
    return sending;
  }

  /** Sends the messages that wait, as long as the socket takes them. */
  #goOn(): void {
    while (!this.#sending && !this.#blocked && !this.#onHold) {
      const entry = this.#queue.first;
      if (entry === undefined) break;
      this.#take(entry);
      const lane = entry.trialOf === undefined ? this.#laneOf(entry.frames, entry.meta) : undefined;
      if (lane !== undefined) {
        this.#put(entry, lane.waiting);
        continue;
      }
      this.#entry = entry;
      const sent = this.#transmit(entry.frames, entry.meta);
      if (sent !== undefined) {
        sent.then(entry.resolve, entry.reject);
        return;
      }
      this.#entry = undefined;
      entry.resolve();
      this.#done(entry);
    }
    if (this.isEmpty) this.#tellDrained?.();
    if (this.#roomPeeks.size > 0) this.#lookForRoom();
  }

  /** Its caller goes on. If it did, each message would be sent inside the end of the one before: too deep a stack. */
  #done(entry: Outgoing | undefined): void {
    this.#tellProgress?.();
    if (entry?.trialOf !== undefined) this.#lineUp(entry.trialOf);
  }

  /** Holds messages back, or lets them go on. */
  hold(onHold: boolean): void {
    if (this.#onHold === onHold) return;
    this.#onHold = onHold;
    if (!onHold) this.#goOn();
  }

  // What the engine says of the message in hand -------------------------------------------------

  /** It has been taken, or refused for good. */
  sent(taken: boolean): void {
    const entry = this.#entry;
    this.#entry = undefined;
    this.#sending = false;
    if (taken) this.#sender.taken(this.#frames);
    this.#frames = "";
    this.#done(entry);
    this.#goOn();
  }

  /** ZeroMQ has no room for it. @returns a promise of its end */
  full(): Promise<void> {
    const known = this.#entry;
    const entry = known ?? this.#entryOfParts();
    this.#entry = undefined;
    this.#sending = false;
    if (this.#ended || entry.givenUp !== undefined) {
      entry.reject(entry.givenUp ?? this.#sender.closedError());
      this.#done(entry);
    } else this.#waitForRoom(entry);
    this.#goOn();
    // A message that has waited before settles its own promise. If it waited for itself, that would be a circle,
    // in which V8 goes round for ever when it captures an asynchronous stack trace.
    return known === undefined ? entry.promise : new Promise(ignore);
  }

  #entryOfParts(): Outgoing {
    const entry = new Outgoing(this.#frames, this.#meta);
    entry.held = this.#held;
    const withdrawable = this.#withdrawable;
    if (withdrawable !== undefined) withdrawable.withdraw = (error) => this.#giveUp(entry, error);
    return entry;
  }

  #waitForRoom(entry: Outgoing): void {
    const pause = Math.min(2 ** entry.refusals, LONGEST_PAUSE);
    if (entry.refusals === 0) this.#delivery.full();
    entry.refusals += 1;
    const peer = this.#sender.peerOf?.(entry.frames, entry.meta);
    if (peer !== undefined) {
      const lane = this.#lanes.get(peer) ?? new Lane(peer);
      this.#lanes.set(peer, lane);
      entry.trialOf = undefined;
      this.#put(entry, lane.waiting, true);
      lane.stopTimer = after(pause, () => this.#tryNext(lane));
      return;
    }
    this.#put(entry, this.#queue, true);
    this.#blocked = true;
    const wait = (): void => {
      this.#sender.socket.whenWritable().then(this.#unblock, this.#unblock);
    };
    // The socket says that it has room, and has none: one subscriber of an XPUB with noDrop is full.
    if (entry.refusals > 1) after(pause, wait);
    else wait();
  }

  readonly #unblock = (): void => {
    this.#blocked = false;
    if (!this.#ended) this.#goOn();
  };

  #laneOf(frames: Frames, meta: MessageMeta | undefined): Lane | undefined {
    if (this.#lanes.size === 0) return undefined;
    const peer = this.#sender.peerOf?.(frames, meta);
    return peer === undefined ? undefined : this.#lanes.get(peer);
  }

  /** Tries the first message that waits for a peer. */
  #tryNext(lane: Lane): void {
    this.#lineUp(lane);
    if (!this.#sending) this.#goOn();
  }

  /** The first message that waits for a peer is the next one; if there is none, the peer is full no longer. */
  #lineUp(lane: Lane): void {
    if (this.#ended) return;
    const entry = lane.waiting.first;
    if (entry === undefined) {
      this.#lanes.delete(lane.peer);
      return;
    }
    this.#take(entry);
    entry.trialOf = lane;
    this.#put(entry, this.#queue, true);
    // libzmq lets go of a peer that has gone when the socket is next looked at.
    void this.#sender.socket.writable;
  }

  // Giving up ---------------------------------------------------------------------------------

  #giveUpLater(entry: Outgoing, { timeout = -1, signal }: WaitOptions): void {
    const expire = (): void => {
      this.#giveUp(entry, new ZmqTimeoutError("room for the message", timeout, "EAGAIN"));
    };
    const stopTimer = timeout < 0 ? ignore : onExpiry(timeout, expire);
    const abort = (): void => this.#giveUp(entry, new ZmqAbortError(signal?.reason));
    const stopListening = signal === undefined ? ignore : onAbort(signal, abort);
    const cleanUp = (): void => {
      stopTimer();
      stopListening();
    };
    entry.promise.then(cleanUp, cleanUp);
  }

  #giveUp(entry: Outgoing, error: ZmqError): void {
    entry.givenUp = error;
    if (entry.line === undefined) return; // it is being sent: what the engine says counts
    this.#take(entry);
    entry.reject(error);
    this.#done(entry);
    if (!this.#sending) this.#goOn();
  }

  // Room --------------------------------------------------------------------------------------

  /** Calls `notify` whenever a message can be sent without waiting. @returns a function that stops that */
  peekRoom(notify: () => void): () => void {
    this.#roomPeeks.add(notify);
    this.#lookForRoom();
    return () => this.#roomPeeks.delete(notify);
  }

  /** It is the socket's turn to send: waits for room look again. */
  turnChanged(): void {
    if (this.#roomPeeks.size > 0) this.#lookForRoom();
  }

  #lookForRoom(): void {
    if (this.#roomPeeks.size === 0 || this.#looksForRoom || this.#ended) return;
    if (!this.isClear || !this.#sender.maySend()) return;
    this.#looksForRoom = true;
    const found = (): void => {
      this.#looksForRoom = false;
      for (const notify of this.#roomPeeks) notify();
    };
    this.#sender.socket.whenWritable().then(() => {
      found();
      this.#lookForRoom(); // for those that have found it gone again
    }, found);
  }

  // The end -----------------------------------------------------------------------------------

  /**
   * Resolves when no message waits any more, or after so many ms (-1: never); with `patient`, after so many
   * ms in which no message was taken. @returns whether all were taken
   */
  drained(limit: number, patient: boolean): Promise<boolean> {
    if (this.isEmpty) return Promise.resolve(true);
    return new Promise((resolve) => {
      const expire = (): void => resolve(false);
      let stop = limit < 0 ? ignore : after(limit, expire);
      if (patient && limit >= 0) {
        this.#tellProgress = () => {
          stop();
          stop = after(limit, expire);
        };
      }
      this.#tellDrained = () => {
        stop();
        resolve(true);
      };
    });
  }

  /** Rejects the messages that wait. If a sender awaits its own, it sees the end; if not, that is no reason to crash. */
  end(): void {
    this.#ended = true;
    this.#held?.catch(ignore);
    for (const lane of this.#lanes.values()) lane.stopTimer();
    for (const queue of [this.#queue, ...[...this.#lanes.values()].map(({ waiting }) => waiting)]) {
      for (let entry = queue.first; entry !== undefined; entry = queue.first) {
        this.#take(entry);
        entry.held?.catch(ignore);
        entry.promise.catch(ignore);
        entry.reject(this.#sender.closedError());
      }
    }
    for (const notify of this.#roomPeeks) notify();
  }
}
