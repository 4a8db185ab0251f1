import { keepHere } from "./memory.js";
import { EMPTY, type Message, ProtocolError } from "./message.js";
import { PartialFrame } from "./partial-frame.js";

/** Flags of a frame (RFC 37, "Framing"). */
export const MORE = 1;
export const LONG = 2;
export const COMMAND = 4;

/**
 * Frames lie side by side in pieces of memory of this size, in bytes: if a reader keeps one frame, it keeps no more
 * than that alive. For frames that are not small, the pieces are twice as large.
 */
export const WINDOW = 8192;
const SMALL = 256;
/** Windows with fewer bytes than this lie side by side in a piece of memory that is as large as a window. */
const POOLED = WINDOW / 2;
/** To copy up to this many bytes one by one is quicker than to call a function. */
const FEW = 24;
/** A frame of more bytes than this has memory of its own, unless a window holds it already. */
const OWN = 4096;
/** If at least this many bytes of a frame are missing, the system reads them to where they belong. */
const DIRECT = 8192;
/** A message has no more frames than this. */
const MOST_FRAMES = 65_536;
/** A command may have this many bytes, even if messages have to be smaller. */
const COMMAND_SIZE = 65_536;
/** Encryption makes a frame larger, by this many bytes at most. */
const ENCRYPTED = 64;

/** A Buffer of Node 20 holds no more bytes than this. */
const MOST_BYTES = 2 ** 32;

/** A long frame's header, in bytes. */
const LONG_HEADER = 9;
const SHORT_HEADER = 2;

/** A frame that was taken out of another one: its flags, and its body. */
export interface OpenedFrame {
  readonly flags: number;
  readonly body: Buffer;
}

/** Takes a command. @returns a message, if it stands for one: a subscription */
export type CommandSink = (body: Buffer) => Message | undefined;

/**
 * Cuts the bytes of a ZMTP 3 connection into messages (RFC 37, "Framing"), on demand: `push` takes the bytes that
 * have come, `next` cuts and gives one message after the other.
 *
 * The decoder owns the chunks that it gets: do not write to their memory again. You may lend it a chunk instead, and
 * write to its memory after `keep`. The memory of such a chunk has to be larger than a window.
 *
 * A frame's body is a view of memory that it shares with its neighbours. If the chunk is small, that is the
 * chunk's memory; of a large chunk the decoder copies one part after the other (a window). A body that is large,
 * or comes in several chunks, has memory of its own.
 */
export class Decoder {
  readonly #command: CommandSink;
  /** The limit for all frames of a message, in bytes; and how much of it is left for the current message. */
  #most = 0;
  #room = 0;
  /** Nothing more is cut until `next` is called again. */
  #stopped = false;

  /** The bytes that have come, and how many of them are cut. */
  #chunk = EMPTY;
  #at = 0;
  /** The memory that bodies are views of: a copy of the chunk up to `#windowEnd`. */
  #window: ArrayBufferLike = EMPTY.buffer;
  #windowEnd = 0;
  /** Add this to a place in the chunk, and you get the same place in the window. */
  #shift = 0;

  /** Whether a frame has begun in an earlier chunk, and its header or its body is not whole. */
  #begun = false;
  readonly #header = Buffer.alloc(LONG_HEADER);
  #headerAt = 0;
  #partial: PartialFrame | undefined;

  /** The frames of a message whose last frame has not come. */
  #frames: Message = [];

  /** Opens each frame that has come, and gives the frame in it, if a mechanism encrypts them (CURVE's MESSAGE). */
  open: ((body: Buffer) => OpenedFrame) | undefined;

  /** @param maxMessageSize in bytes, for all frames of a message together; -1 for any */
  constructor(command: CommandSink, maxMessageSize: number) {
    this.#command = command;
    this.limit(maxMessageSize);
  }

  /** Sets how large a message may be from now on: in bytes, for all its frames together; -1 for any. */
  limit(maxMessageSize: number): void {
    const used = this.#most - this.#room;
    this.#most = maxMessageSize < 0 ? Number.MAX_SAFE_INTEGER : maxMessageSize;
    this.#room = this.#most - used;
  }

  /** For the sink of commands: after this command `next` returns, and cuts nothing until the next call. */
  stop(): void {
    this.#stopped = true;
  }

  /** Takes bytes. This costs least when all bytes before are cut: `next` has returned undefined. */
  push(chunk: Buffer): void {
    const rest = this.#chunk.length - this.#at;
    this.#begin(rest === 0 ? chunk : Buffer.concat([this.#chunk.subarray(this.#at), chunk]));
  }

  #begin(chunk: Buffer): void {
    this.#chunk = chunk;
    this.#at = 0;
    this.#windowEnd = 0;
    if (chunk.buffer.byteLength > WINDOW) return;
    keepHere(chunk.buffer);
    this.#window = chunk.buffer;
    this.#windowEnd = chunk.length;
    this.#shift = chunk.byteOffset;
  }

  /** Copies what is left of a chunk that was lent. */
  keep(): void {
    if (this.#at < this.#chunk.length) this.#begin(Buffer.from(this.#chunk.subarray(this.#at)));
    else this.#forget();
  }

  /** Where the next bytes belong: in the body of a large frame. If undefined, `push` them. */
  room(): Buffer | undefined {
    const partial = this.#partial;
    if (partial === undefined || partial.missing < DIRECT || this.hasMore) return undefined;
    return partial.room();
  }

  /** `size` bytes have come, and lie where `room` has said. */
  filled(size: number): void {
    this.#partial?.filled(size);
  }

  /** How many bytes have not been cut. */
  get waiting(): number {
    return this.#chunk.length - this.#at;
  }

  /** Whether there may be more to cut. */
  get hasMore(): boolean {
    return this.#at < this.#chunk.length || this.#partial?.missing === 0;
  }

  /** Whether a message has begun, and its last frame has not come. */
  get within(): boolean {
    return this.#frames.length > 0;
  }

  /**
   * The next message; undefined if it has not come as a whole.
   * @throws {ProtocolError} if the bytes are not ZMTP, or the message is too large
   */
  next(): Message | undefined {
    this.#stopped = false;
    if (this.#begun) {
      const message = this.#goOn();
      if (message !== undefined || this.#begun || this.#stopped) return message;
    }
    const chunk = this.#chunk;
    do {
      const at = this.#at;
      const left = chunk.length - at;
      if (left < SHORT_HEADER) return this.#keepHeader();
      const flags = chunk[at] as number;
      let size = chunk[at + 1] as number;
      let from = at + SHORT_HEADER;
      if (flags !== 0) {
        checkFlags(flags);
        if ((flags & LONG) !== 0) {
          if (left < LONG_HEADER) return this.#keepHeader();
          size = longSize(chunk, at);
          from = at + LONG_HEADER;
        }
      }
      if (size > this.#room) this.#checkSize(flags, size);
      const end = from + size;
      let body: Buffer | undefined;
      if (size === 0) {
        body = EMPTY;
      } else if (end <= this.#windowEnd) {
        body = Buffer.from(this.#window as ArrayBuffer, from + this.#shift, size);
      } else {
        body = this.#beyondWindow(flags, from, size);
        if (body === undefined) return undefined;
      }
      this.#at = end;
      // The most frequent case goes first: a message of one frame.
      if (
        (flags & (MORE | COMMAND)) === 0 &&
        this.#frames.length === 0 &&
        this.open === undefined
      ) {
        return [body];
      }
      const message = this.#took(flags, body);
      if (message !== undefined) return message;
    } while (!this.#stopped);
    return undefined;
  }

  /** Takes a whole frame. @returns the message, if this frame is its last */
  #took(sentFlags: number, sentBody: Buffer): Message | undefined {
    let flags = sentFlags;
    let body = sentBody;
    if (this.open !== undefined) ({ flags, body } = this.open(body));
    // libzmq sends PING and PONG between the frames of a message, too.
    if ((flags & COMMAND) !== 0) return this.#command(body);
    if (body.length > this.#room) throw tooLarge();
    const frames = this.#frames;
    frames.push(body);
    if ((flags & MORE) !== 0) {
      if (frames.length >= MOST_FRAMES) throw new ProtocolError("a message of too many frames");
      this.#room -= body.length;
      return undefined;
    }
    this.#frames = [];
    this.#room = this.#most;
    return frames;
  }

  /** The frame is larger than a message may be. A command may be larger, and so may an encrypted frame. */
  #checkSize(flags: number, size: number): void {
    let most = this.#room;
    if ((flags & COMMAND) !== 0) most = Math.max(most, COMMAND_SIZE);
    else if (this.open !== undefined) most += ENCRYPTED; // looked at again when it is opened
    if (size > most) throw tooLarge();
  }

  /** @returns the body of a frame that the window does not hold; undefined if it has not come as a whole */
  #beyondWindow(flags: number, from: number, size: number): Buffer | undefined {
    const chunk = this.#chunk;
    if (from + size > chunk.length) {
      this.#partial = new PartialFrame(flags, size);
      this.#partial.fill(chunk, from);
      this.#begun = true;
      this.#forget();
      return undefined;
    }
    const start = chunk.byteOffset + from;
    if (size > OWN) {
      return Buffer.from(chunk.buffer.slice(start, start + size) as ArrayBuffer);
    }
    const length = Math.min(size > SMALL ? 2 * WINDOW : WINDOW, chunk.length - from);
    this.#windowEnd = from + length;
    if (length < POOLED) {
      const at = inPool(length);
      if (length > FEW) chunk.copy(pool, at, from, from + length);
      else for (let n = 0; n < length; n += 1) pool[at + n] = chunk[from + n] as number;
      this.#window = pool.buffer;
      this.#shift = at - from;
    } else {
      this.#window = chunk.buffer.slice(start, start + length);
      keepHere(this.#window);
      this.#shift = -from;
    }
    return Buffer.from(this.#window as ArrayBuffer, from + this.#shift, size);
  }

  /** Lets go of a chunk that is used up. */
  #forget(): void {
    this.#chunk = EMPTY;
    this.#at = 0;
    this.#window = EMPTY.buffer;
    this.#windowEnd = 0;
  }

  // Frames that come in several chunks ----------------------------------------------------------

  /** Keeps the beginning of a header; its rest has not come. */
  #keepHeader(): undefined {
    this.#headerAt = this.#chunk.copy(this.#header, 0, this.#at);
    this.#begun = this.#headerAt > 0;
    this.#forget();
  }

  /** Goes on with a frame that has begun in an earlier chunk. @returns the message, if this frame is its last */
  #goOn(): Message | undefined {
    const partial = this.#partial ?? this.#readHeader();
    if (partial === undefined) return undefined;
    this.#at = partial.fill(this.#chunk, this.#at);
    if (!partial.whole) {
      this.#forget();
      return undefined;
    }
    this.#partial = undefined;
    this.#begun = false;
    return this.#took(partial.flags, partial.take());
  }

  /** Reads a header that comes in several chunks. @returns its frame; undefined if the header is not whole */
  #readHeader(): PartialFrame | undefined {
    const header = this.#header;
    const chunk = this.#chunk;
    while (this.#headerAt < headerSize(header[0] as number)) {
      if (this.#at >= chunk.length) {
        this.#forget();
        return undefined;
      }
      header[this.#headerAt] = chunk[this.#at] as number;
      this.#headerAt += 1;
      this.#at += 1;
    }
    const flags = header[0] as number;
    checkFlags(flags);
    const size = (flags & LONG) === 0 ? (header[1] as number) : longSize(header, 0);
    if (size > this.#room) this.#checkSize(flags, size);
    this.#partial = new PartialFrame(flags, size);
    return this.#partial;
  }
}

/** Memory for small windows of all connections, and how much is taken. Node's own pool is larger, from Node 24 on. */
let pool = EMPTY;
let taken = 0;

/** @returns where in the pool there is room for `size` bytes; that has to be less than a window */
function inPool(size: number): number {
  if (taken + size >= pool.length) {
    pool = Buffer.allocUnsafeSlow(WINDOW);
    keepHere(pool.buffer);
    taken = 0;
  }
  const at = taken;
  taken += size;
  return at;
}

function headerSize(flags: number): number {
  return (flags & LONG) === 0 ? SHORT_HEADER : LONG_HEADER;
}

function checkFlags(flags: number): void {
  if (flags > (MORE | LONG | COMMAND) || (flags & (COMMAND | MORE)) === (COMMAND | MORE)) {
    throw new ProtocolError(`a frame with the flags ${flags}`);
  }
}

/** The size in a long frame's header at `at`. @throws {ProtocolError} for more than a Buffer can hold */
function longSize(bytes: Buffer, at: number): number {
  const size = bytes.readUInt32BE(at + 1) * 2 ** 32 + bytes.readUInt32BE(at + 5);
  if (size > MOST_BYTES) throw tooLarge();
  return size;
}

function tooLarge(): ProtocolError {
  return new ProtocolError("a frame, or a message, that is too large");
}
