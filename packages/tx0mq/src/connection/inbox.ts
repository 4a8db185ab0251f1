import { isPromise } from "node:util/types";
import { performance, queueMicrotask } from "../clock.js";
import {
  awaited,
  ZmqAbortError,
  ZmqClosedError,
  type ZmqError,
  ZmqTimeoutError,
  ZmqUnroutableError,
} from "../errors.js";
import { after, checkWait, onAbort, onExpiry, type WaitOptions } from "../time.js";
import { Queue } from "./queue.js";
import { FOREVER, type Peek, Waiter } from "./waiter.js";

/** What an inbox asks of its connection. */
export interface Reader<In> {
  /** Starts to take messages out of the socket, as long as `wantsMore`. */
  read(): void;
  /** Takes a message that is there already, if there is time for it. */
  take(): In | undefined;
  /** Takes none any more: no reader waits. */
  rest(): void;
  /** Whether the socket's type allows to receive now. */
  mayReceive(): boolean;
  /** Whether the socket has a message. */
  readonly readable: boolean;
  /** A message is being handed to a reader. */
  delivering(): void;
  handlesMessages(): boolean;
  /** Hands a message to the handler. @returns a promise if the handler is not done with it yet */
  handle(message: In): unknown;
  /** A handler is at work on the message that was handed over last. @returns the number of its turn */
  workBegins(): number;
  /** The handler is done with that message, or has failed. */
  workEnds(turn: number, failed: boolean): void;
  report(error: unknown): void;
}

/**
 * The longest wait in the engine, in ms: it cannot take a wait back, and a process does not end by itself
 * while one lasts. If a reader still waits, the next one begins.
 */
const LONGEST_WAIT = 1000;
/** In ms: a loop body that itself waits for the end of its connection must not wait for ever. */
const LONGEST_WORK = 60_000;
const ignore = (): void => undefined;

/**
 * Messages that wait to be read, and readers that wait: pending receives and iterators go first, else the
 * handler. For the end, it also counts the readers that are at work on a message.
 */
export class Inbox<In> {
  readonly #reader: Reader<In>;
  readonly #waiters = new Queue<Waiter<In>>();
  /** Messages that came for readers that have given up. */
  readonly #parked: In[] = [];
  readonly #peeks = new Set<Peek>();
  #state: "starting" | "open" | "ended" = "starting";
  #paused = false;
  /** Whether messages go to the handler now. */
  #flowing = false;
  /** Loop bodies and handlers that are at work on a message. */
  #atWork = 0;
  /** A handler is being called, and whether it has ended the connection itself. */
  #handling: "no" | "yes" | "ends" = "no";
  #finished: (() => void) | undefined;

  constructor(reader: Reader<In>) {
    this.#reader = reader;
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** Whether a message is in the connection already. */
  get hasParked(): boolean {
    return this.#parked.length > 0;
  }

  /** Whether there are no readers, and none wait. */
  get isUnused(): boolean {
    const { size } = this.#waiters;
    return size + this.#parked.length + this.#peeks.size === 0 && !this.#reader.handlesMessages();
  }

  /** Whether a reader is at work on a message. */
  get isAtWork(): boolean {
    return this.#atWork > 0;
  }

  // For readers -------------------------------------------------------------------------------

  receive(options: WaitOptions | undefined): Promise<In> {
    if (options === undefined) {
      const message = this.#takeNow();
      if (message !== undefined) return Promise.resolve(message);
    }
    const { last: before } = this.#waiters;
    const received = options === undefined ? this.#next() : awaited(this.#receiveWithin(options));
    const { last } = this.#waiters;
    if (last !== undefined && last !== before) last.held = received;
    return received;
  }

  #next(): Promise<In> {
    return new Promise((resolve, reject) => {
      this.#wait(new Waiter(resolve, reject));
    });
  }

  async #receiveWithin(options: WaitOptions): Promise<In> {
    checkWait(options);
    const { timeout = -1, signal } = options;
    if (signal?.aborted) throw new ZmqAbortError(signal.reason);
    if (this.#parked.length > 0) return this.#takeParked();
    return new Promise<In>((resolve, reject) => {
      let stopTimer = ignore;
      let stopListening = ignore;
      const cleanUp = (): void => {
        stopTimer();
        stopListening();
      };
      const waiter = new Waiter<In>(
        (message) => {
          cleanUp();
          resolve(message);
        },
        (error) => {
          cleanUp();
          reject(error);
        },
        {
          deadline: timeout < 0 ? FOREVER : performance.now() + timeout,
        },
      );
      const giveUp = (error: ZmqError): void => {
        this.#waiters.remove(waiter);
        waiter.end(error);
        this.#restUnlessWanted();
      };
      const expire = (): void => {
        // The event loop, busy with other sockets, may not have had time yet for a message that is there.
        if (this.#reader.readable) stopTimer = onExpiry(0, expire);
        else giveUp(new ZmqTimeoutError("message", timeout, "EAGAIN"));
      };
      if (timeout >= 0) stopTimer = onExpiry(timeout, expire);
      if (signal !== undefined) {
        stopListening = onAbort(signal, () => giveUp(new ZmqAbortError(signal.reason)));
      }
      this.#wait(waiter);
    });
  }

  /** Iterates until the inbox ends. The body of the loop is at work from one `next()` to the next. */
  iterate(): AsyncIterableIterator<In> {
    let returned = false;
    let atWork = false;
    const begin = (): void => {
      if (atWork) return;
      atWork = true;
      this.#begin();
    };
    const end = (): void => {
      if (!atWork) return;
      atWork = false;
      this.#end();
    };
    const iterator: AsyncIterableIterator<In> = {
      next: () => {
        end();
        if (returned || this.#state === "ended") {
          return Promise.resolve({ done: true, value: undefined });
        }
        const message = this.#takeNow();
        if (message !== undefined) {
          begin();
          return Promise.resolve({ done: false, value: message });
        }
        return new Promise<IteratorResult<In>>((resolve) => {
          const deliver = (value: In): void => {
            begin();
            resolve({ done: false, value });
          };
          const finish = (): void => resolve({ done: true, value: undefined });
          this.#wait(new Waiter<In>(deliver, finish, { iterator }));
        });
      },
      return: () => {
        end();
        returned = true;
        this.#endWaitersOf(iterator);
        return Promise.resolve({ done: true, value: undefined });
      },
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }

  #endWaitersOf(iterator: object): void {
    let waiter = this.#waiters.first;
    while (waiter !== undefined) {
      const { next } = waiter;
      if (waiter.iterator === iterator) {
        this.#waiters.remove(waiter);
        waiter.end();
      }
      waiter = next;
    }
    this.#restUnlessWanted();
  }

  /** A reader has given up, or was taken away. */
  #restUnlessWanted(): void {
    if (!this.wantsMore()) this.#reader.rest();
  }

  #wait(waiter: Waiter<In>): void {
    this.#waiters.push(waiter);
    this.#reader.read();
  }

  /** Calls `notify` when a message is there, without handing it over. @returns a function that stops that */
  peek(notify: () => void, deadline: number): () => void {
    const peek = { notify, deadline };
    this.#peeks.add(peek);
    if (this.wantsMore()) this.#reader.read();
    return () => {
      this.#peeks.delete(peek);
      this.#restUnlessWanted();
    };
  }

  pause(): void {
    this.#paused = true;
    this.#flowing = false;
    this.#restUnlessWanted();
  }

  resume(): void {
    this.#paused = false;
    this.readOn();
  }

  // For the socket ----------------------------------------------------------------------------

  /** A message has come. */
  deliver(message: In): void {
    const waiter = this.#waiters.shift();
    if (waiter !== undefined) {
      this.#reader.delivering();
      waiter.deliver(message);
    } else if (this.#flowing) {
      this.#handle(message);
    } else {
      this.#parked.push(message);
      for (const peek of this.#peeks) peek.notify();
    }
  }

  /** Whether a reader wants a message now. */
  wantsMore(): boolean {
    return (
      this.#state !== "ended" &&
      (this.#waiters.size > 0 || this.#flowing || (this.#peeks.size > 0 && !this.#parked.length)) &&
      this.#reader.mayReceive()
    );
  }

  /** How long to wait for a message: whole ms, -1 for ever. */
  waitsFor(): number {
    if (this.#flowing) return LONGEST_WAIT;
    let latest = 0;
    for (let waiter = this.#waiters.first; waiter !== undefined; waiter = waiter.next) {
      if (waiter.deadline === FOREVER) return LONGEST_WAIT;
      latest = Math.max(latest, waiter.deadline);
    }
    for (const { deadline } of this.#peeks) latest = Math.max(latest, deadline);
    if (latest === FOREVER) return LONGEST_WAIT;
    return Math.max(1, Math.min(Math.ceil(latest - performance.now()), LONGEST_WAIT));
  }

  // The flow ----------------------------------------------------------------------------------

  /** The connection is complete: from now on handlers may be called. */
  start(): void {
    if (this.#state !== "starting") return;
    this.#state = "open";
    this.readOn();
  }

  /** Looks anew which readers want messages: parked ones go first. */
  readOn(): void {
    if (this.#state !== "open") return;
    this.#flowing = !this.#paused && this.#reader.handlesMessages();
    while (this.#parked.length > 0 && (this.#waiters.size > 0 || this.#flowing)) {
      this.deliver(this.#parked.shift() as In);
      this.#flowing = !this.#paused && this.#reader.handlesMessages();
    }
    if (this.wantsMore()) this.#reader.read();
  }

  /** A handler was removed. */
  handlerRemoved(): void {
    this.#flowing &&= this.#reader.handlesMessages();
    this.#restUnlessWanted();
  }

  /** A message that is there already, if no other reader waits: it needs no waiter. */
  #takeNow(): In | undefined {
    if (this.#parked.length > 0) return this.#takeParked();
    if (this.#waiters.size > 0) return undefined;
    const message = this.#reader.take();
    if (message !== undefined) this.#reader.delivering();
    return message;
  }

  #takeParked(): In {
    this.#reader.delivering();
    return this.#parked.shift() as In;
  }

  #handle(message: In): void {
    this.#reader.delivering();
    this.#handling = "yes";
    try {
      const handled = this.#reader.handle(message);
      if (handled !== undefined && isPromise(handled)) void this.follow(handled);
    } catch (error) {
      this.failed(error);
    } finally {
      this.#handling = "no";
    }
  }

  /** A handler has thrown. */
  failed(error: unknown): void {
    const turn = this.#reader.workBegins();
    this.#reader.report(error);
    queueMicrotask(() => this.#reader.workEnds(turn, true)); // when the others have been called
  }

  /** A reader is at work on a message, or on work that the end waits for, until the promise settles. */
  async follow(handled: Promise<unknown>): Promise<void> {
    // The end of the connection does not wait for a handler that waits for this end.
    if (this.#handling === "ends") return void handled.catch((error) => this.#reader.report(error));
    this.#begin();
    const turn = this.#reader.workBegins();
    let failed = false;
    try {
      await handled;
    } catch (error) {
      failed = true;
      // At the end, a handler's waits for other connections end as well, and a peer may be gone.
      const over = error instanceof ZmqClosedError || error instanceof ZmqUnroutableError;
      if (this.#state !== "ended" || !over) this.#reader.report(error);
    } finally {
      this.#end();
      this.#reader.workEnds(turn, failed);
    }
  }

  // The end -----------------------------------------------------------------------------------

  #begin(): void {
    this.#atWork += 1;
  }

  #end(): void {
    this.#atWork -= 1;
    if (this.#atWork === 0) this.#finished?.();
  }

  /** Takes no more messages: pending receives reject with the error, iterators end. */
  end(error: ZmqError): void {
    this.#state = "ended";
    this.#flowing = false;
    if (this.#handling === "yes") this.#handling = "ends";
    for (let waiter = this.#waiters.shift(); waiter; waiter = this.#waiters.shift()) {
      // If the reader awaits it, it sees the end; if not, that is no reason to crash.
      waiter.held?.catch(ignore);
      waiter.end(error);
    }
    this.#parked.length = 0;
    this.#reader.rest();
    for (const { notify } of this.#peeks) notify();
  }

  /** Resolves when the readers at work on a message are done, or after so many ms (-1: a minute). */
  finished(limit: number): Promise<void> {
    if (this.#atWork === 0 || limit === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const stop = after(limit < 0 ? LONGEST_WORK : limit, resolve);
      this.#finished = () => {
        stop();
        resolve();
      };
    });
  }
}
