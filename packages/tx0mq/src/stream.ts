import { Duplex } from "node:stream";
import { finished } from "node:stream/promises";
import { ReadableStream, WritableStream } from "node:stream/web";
import { turn } from "./clock.js";
import type { AnyConnection, Held } from "./connection/any.js";
import type { Frame } from "./engine/engine.js";
import { fromCaller, ZmqArgumentError, ZmqClosedError, ZmqUnroutableError } from "./errors.js";
import { type Frames, type Message, sendable } from "./frames.js";
import { kHandOver, SETTLED } from "./internal.js";
import { RECEIVE_ONLY, SEND_ONLY } from "./socket-type.js";

/** A connection whose messages are frames, and nothing else. */
export type StreamedConnection = AnyConnection & {
  send(message: Frame): Promise<void>;
  once(name: "close", listener: () => void): unknown;
  [Symbol.asyncIterator](): AsyncIterator<Message>;
};

/** A `node:stream` Duplex whose chunks are messages. */
export interface ZmqDuplex extends Duplex {
  /** Writes a message: a frame, or a list of frames. */
  write(message: Frames, callback?: (error: Error | null | undefined) => void): boolean;
  write(
    message: Frames,
    encoding: BufferEncoding,
    callback?: (error: Error | null | undefined) => void,
  ): boolean;
  /** Reads a message: its frames. */
  read(): Message | null;
  [Symbol.asyncIterator](): NodeJS.AsyncIterator<Message>;
}

/** The two web streams of a connection, as `pipeThrough()` takes them. */
export interface ZmqWebStreams {
  readonly readable: ReadableStream<Message>;
  readonly writable: WritableStream<Frames>;
}

/**
 * A connection as a `node:stream` Duplex in object mode: each chunk is a message.
 *
 * ```ts
 * await pipeline(duplex(pull), work, duplex(push));
 * ```
 *
 * **Back-pressure**: while the stream's reader takes no more, messages stay in ZeroMQ, except those in the
 * stream's buffer (16). While ZeroMQ takes no more, `write()` returns false. A connection that only sends
 * has no readable side, one that only receives no writable side.
 *
 * A stream has one order, so use a ROUTER without `mandatory`: it drops messages that a full peer does not
 * take. With `mandatory`, one full peer holds up all the others.
 *
 * **The end**: the readable side ends when the connection is shut down, and then the writable side too.
 * `end()` ends only the writable side; `"finish"` says that ZeroMQ has taken all messages. When both sides
 * have ended, the connection is shut down.
 *
 * **`destroy()` shuts the connection down**, as it closes a socket of `node:net`; leaving a `for await` over
 * the stream does too. Messages in the stream's buffers are lost then; messages that ZeroMQ has taken are not.
 *
 * **Errors**: a message that cannot be sent is an error of the stream, and destroys it. A fault of one peer is
 * an `"error"` event of the connection, and the stream goes on: a malformed message, a peer that is gone (a
 * ROUTER with `mandatory`).
 *
 * **Shutdown** of the connection: written messages are sent, and you may read received ones and reply to
 * them, within the linger period. A stream or a generator that a pipeline leads into this one has that time too.
 *
 * The stream has the connection for itself: no other code reads or writes it.
 *
 * @throws {ZmqStateError} if other code reads or writes the connection
 * @throws {ZmqClosedError} if it is shut down
 * @throws {ZmqArgumentError} for a value that is no connection
 */
export function duplex(connection: StreamedConnection): ZmqDuplex {
  return open(connection, duplex);
}

/**
 * A connection as two web streams of messages: a {@link duplex} for code that uses `pipeTo()`. The
 * end, errors and back-pressure are the same; `cancel()` and `abort()` shut the connection down.
 *
 * **Shutdown** waits for a pipe to the writable side, and for a writer that is locked, until they close it: they may
 * have more to write. That is as long as for readers at work: 1,500 ms, or the linger period. So call the writer's
 * `close()` or `releaseLock()` before.
 *
 * @throws as `duplex`
 */
export function webStreams(connection: StreamedConnection): ZmqWebStreams {
  let writable: WritableStream<Frames> | undefined;
  const stream = open(connection, webStreams, () => writable?.locked ?? false);
  writable = stream.writable ? webWritable(stream, String(connection)) : closedWritable();
  return { readable: webReadable(stream), writable };
}

function open(
  connection: StreamedConnection,
  entry: typeof duplex | typeof webStreams,
  isFed?: () => boolean,
): ConnectionStream {
  try {
    if (typeof connection?.[kHandOver] !== "function") {
      throw new ZmqArgumentError("a stream is made of a connection");
    }
    return new ConnectionStream(connection, isFed);
  } catch (error) {
    throw fromCaller(error, entry);
  }
}

// Node's own `Duplex.toWeb()` ends a readable side only with the whole stream: a pipe from it and back
// to it would never end.

function webReadable(stream: ConnectionStream): ReadableStream<Message> {
  const messages = stream.iterator({ destroyOnReturn: false });
  return new ReadableStream<Message>(
    {
      async pull(controller) {
        const { done, value } = await messages.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: () => over(stream.destroy()),
    },
    { highWaterMark: 0 }, // nothing is taken before somebody reads
  );
}

function webWritable(stream: ConnectionStream, name: string): WritableStream<Frames> {
  return new WritableStream<Frames>({
    start(controller) {
      stream.once("error", ignore); // who has written, or reads, is told
      stream.once("close", () => {
        if (!stream.writableFinished) controller.error(new ZmqClosedError(name));
      });
    },
    write: (message) =>
      new Promise((resolve, reject) => {
        stream.write(message, (error) => (error ? reject(error) : resolve()));
      }),
    close: () => finished(stream.end(), { readable: false }),
    abort: () => over(stream.destroy()),
  });
}

function closedWritable(): WritableStream<Frames> {
  const writable = new WritableStream<Frames>();
  void writable.close();
  return writable;
}

/** Waits until a stream that was destroyed is closed. */
function over(stream: Duplex): Promise<void> {
  return finished(stream).catch(ignore);
}

type Callback = (error?: Error | null) => void;

const ignore = (): void => undefined;

class ConnectionStream extends Duplex {
  readonly #connection: StreamedConnection;
  readonly #held: Held;
  /** Whether there is a readable side. */
  readonly #reads: boolean;
  readonly #isFed: () => boolean;
  /** Messages are being taken out of ZeroMQ. */
  #flowing = false;
  /** The connection is about to shut down: written messages wait in it, and no longer here. */
  #ending = false;
  /** The callback of the message in hand, and the promise of its send. */
  #written: Callback | undefined;
  #sent = SETTLED;
  /** The sends of messages that were written at the end. */
  readonly #late: Promise<void>[] = [];
  /** How many streams are piped into this one. */
  #sources = 0;
  /** How many loops are at work on a message. */
  #atWork = 0;
  #tellIdle = ignore;
  /** Settles when all has been read that will ever come. */
  readonly #read: Promise<void>;
  #tellRead = ignore;
  /** Settles when all has been written that will ever be. */
  readonly #complete: Promise<void>;
  #tellComplete = ignore;

  /** @param isFed whether other code writes to it, without a pipe */
  constructor(connection: StreamedConnection, isFed = () => false) {
    const readable = !SEND_ONLY.has(connection.socketType);
    const writable = !RECEIVE_ONLY.has(connection.socketType);
    const sides = { objectMode: true, readable, writable };
    super(sides);
    this.#connection = connection;
    this.#reads = readable;
    this.#isFed = isFed;
    this.#read = new Promise((resolve) => {
      this.#tellRead = resolve;
    });
    this.#complete = new Promise((resolve) => {
      this.#tellComplete = resolve;
    });
    this.once("end", this.#tellRead);
    const holder = { ending: () => this.#end(), done: SETTLED };
    const received = (frames: Message): void => this.#received(frames);
    this.#held = connection[kHandOver](readable ? { ...holder, received } : holder);
    this.#held.pause(); // until somebody reads
    connection.once("close", () => this.#closed());
    this.on("pipe", () => {
      this.#sources += 1;
    });
    this.on("unpipe", () => {
      this.#sources -= 1;
    });
  }

  /** As that of any stream, but it leaves the writable side open at the end of the messages. */
  override [Symbol.asyncIterator](): NodeJS.AsyncIterator<Message> {
    return this.#iterate();
  }

  async *#iterate(): AsyncGenerator<Message> {
    let atEnd = false;
    try {
      for await (const message of this.iterator({ destroyOnReturn: false })) {
        this.#atWork += 1;
        try {
          yield message;
        } finally {
          this.#atWork -= 1;
          this.#tellIdle();
        }
      }
      atEnd = true;
    } finally {
      if (!atEnd) this.destroy();
    }
  }

  override _read(): void {
    if (this.#flowing || this.#ending) return;
    this.#flowing = true;
    this.#held.resume();
  }

  #received(frames: Message): void {
    if (this.push(frames) || this.#ending) return;
    this.#flowing = false;
    this.#held.pause();
  }

  override _write(message: unknown, _encoding: BufferEncoding, written: Callback): void {
    let sent: Promise<void>;
    try {
      sent = this.#held.send(sendable(message));
    } catch (error) {
      written(error as Error);
      return;
    }
    if (sent === SETTLED) {
      written();
      return;
    }
    this.#written = written;
    this.#sent = sent.catch(this.#unsent);
    const tell = (error?: Error): void => {
      if (this.#written !== written) return;
      this.#written = undefined;
      written(error);
    };
    this.#sent.then(() => tell(), tell);
    if (this.#ending) this.#writeOn();
  }

  readonly #unsent = (error: unknown): void => {
    if (!(error instanceof ZmqUnroutableError)) throw error;
    this.#held.report(error); // one peer has gone, and the others are still there
  };

  /** Does not wait until ZeroMQ has taken the message in hand: the messages behind it follow at once. */
  #writeOn(): void {
    const written = this.#written;
    if (written === undefined) return;
    this.#written = undefined;
    this.#late.push(this.#sent);
    written();
  }

  override _final(callback: Callback): void {
    this.#tellComplete();
    Promise.all(this.#late).then(() => callback(), callback);
  }

  override _destroy(error: Error | null, callback: Callback): void {
    this.#tellRead();
    this.#tellComplete();
    this.#held.pause();
    const closed = SETTLED.then(() => this.#connection.shutdown());
    closed.then(() => callback(error), callback);
  }

  // The end of the connection -----------------------------------------------------------------

  #end(): void {
    if (this.destroyed) return;
    this.#ending = true;
    if (this.#reads) {
      this.push(null);
      if (this.readableLength === 0) this.read(0); // the end is told, whether anybody reads or not
    }
    this.#writeOn();
    this.#held.follow(this.#finish());
  }

  /** Resolves when received messages have been read, and the messages that they led to are written. */
  async #finish(): Promise<void> {
    if (this.#reads) await this.#read;
    while (this.#atWork > 0) {
      await new Promise<void>((resolve) => {
        this.#tellIdle = resolve;
      });
    }
    await turn(); // who has just seen the end may write a last word
    // A generator in a pipeline waits for this event from first to last.
    if (this.#hasWriter || this.listenerCount("drain") > 0) await this.#complete;
  }

  get #hasWriter(): boolean {
    return this.#sources > 0 || this.#isFed();
  }

  #closed(): void {
    if (this.destroyed || this.writableEnded || !this.writable) return;
    // A stream that pipes into it would never know that it goes nowhere.
    if (this.#hasWriter) this.destroy(new ZmqClosedError(String(this.#connection)));
    else this.end();
  }
}
