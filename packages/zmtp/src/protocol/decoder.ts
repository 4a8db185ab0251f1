import { type Message, ProtocolError } from "./message.js";

/** Flags of a frame (RFC 37). */
export const MORE = 1;
export const LONG = 2;
export const COMMAND = 4;

/**
 * Small frames lie in pieces of memory of this size, in bytes: what a reader keeps of one keeps no more than
 * that alive.
 */
const WINDOW = 8192;
/** So many bytes are set aside for a large frame before they have come. */
const AHEAD = 1 << 20;
/** A message has no more frames than this. */
const MOST_FRAMES = 65_536;

const NONE: Buffer = Buffer.alloc(0);

/** A frame that was taken out of another one: its flags, and its body. */
export interface OpenedFrame {
  readonly flags: number;
  readonly body: Buffer;
}

/** Takes a command. @returns a message, where it stands for one: a subscription */
export type CommandSink = (body: Buffer) => Message | undefined;

/**
 * Cuts the bytes of a ZMTP 3 connection into messages (RFC 37, "Framing"), on demand: `push` takes what has
 * come, `next` gives one message after the other. What nobody asks for is not cut.
 *
 * Chunks become the decoder's own: their memory must not be written again.
 */
export class Decoder {
  readonly #command: CommandSink;
  #maxMessageSize = 0;
  /** Nothing more is cut until `next` is called again. */
  #stopped = false;

  /** What has come, and how much of it has been cut. */
  #chunk = NONE;
  #chunkAt = 0;
  /** A part of the chunk, in memory of its own where the chunk is large. */
  #window = NONE;
  #at = 0;
  /** Where in the chunk the window began; negative where a part of it came with an earlier one. */
  #windowAt = 0;
  /** The beginning of a frame, whose rest has not come. */
  #carry = NONE;

  /** A large frame that is being put together, and how much of it is there. */
  #large: Buffer | undefined;
  #largeAt = 0;
  #largeSize = 0;
  #largeFlags = 0;

  /** The frames of a message whose last one has not come, and their bytes. */
  #frames: Message = [];
  #size = 0;

  /** Takes each frame out of the one that has come, where a mechanism encrypts them (CURVE's MESSAGE). */
  open: ((body: Buffer) => OpenedFrame) | undefined;

  /** @param maxMessageSize in bytes, for all frames of a message together; -1 for any */
  constructor(command: CommandSink, maxMessageSize: number) {
    this.#command = command;
    this.limit(maxMessageSize);
  }

  /** How large a message may be from now on: in bytes, for all its frames together; -1 for any. */
  limit(maxMessageSize: number): void {
    this.#maxMessageSize = maxMessageSize < 0 ? Number.MAX_SAFE_INTEGER : maxMessageSize;
  }

  /** For the sink of commands: `next` gives nothing more after this one, until it is called again. */
  stop(): void {
    this.#stopped = true;
  }

  /** Takes bytes. Those before have been cut: `next` has returned undefined. */
  push(chunk: Buffer): void {
    this.#chunk = chunk;
    this.#chunkAt = 0;
    this.#at = 0;
    if (this.#large !== undefined) {
      this.#window = NONE;
      return;
    }
    const carried = this.#carry.length;
    if (carried === 0) {
      this.#openWindow();
      return;
    }
    const taken = Math.min(chunk.length, Math.max(0, WINDOW - carried));
    this.#window = Buffer.concat([this.#carry, chunk.subarray(0, taken)]);
    this.#windowAt = -carried;
    this.#chunkAt = taken;
    this.#carry = NONE;
  }

  /** Whether there may be more to cut. */
  get hasMore(): boolean {
    return this.#at < this.#window.length || this.#chunkAt < this.#chunk.length;
  }

  /**
   * The next message; undefined where it has not come as a whole.
   * @throws {ProtocolError} for what is no ZMTP, or too large
   */
  next(): Message | undefined {
    this.#stopped = false;
    while (!this.#stopped) {
      if (this.#large !== undefined) {
        if (!this.#fillLarge()) return undefined;
        const message = this.#took(this.#largeFlags, this.#takeLarge());
        if (message !== undefined) return message;
        continue;
      }
      const window = this.#window;
      const at = this.#at;
      const left = window.length - at;
      if (left < 2) {
        if (this.#refill()) continue;
        return undefined;
      }
      const flags = window[at] as number;
      if (flags > 7 || (flags & (COMMAND | MORE)) === (COMMAND | MORE)) {
        throw new ProtocolError(`a frame with the flags ${flags}`);
      }
      let from = at + 2;
      let size = window[at + 1] as number;
      if ((flags & LONG) !== 0) {
        if (left < 9) {
          if (this.#refill()) continue;
          return undefined;
        }
        from = at + 9;
        size = window.readUInt32BE(at + 1) * 2 ** 32 + window.readUInt32BE(at + 5);
      }
      if (size + this.#size > this.#maxMessageSize) throw tooLarge();
      const end = from + size;
      if (end > window.length) {
        if (end - at > WINDOW) this.#openLarge(flags, size, from);
        else if (!this.#refill()) return undefined;
        continue;
      }
      this.#at = end;
      // The most frequent case goes first: a message of one frame.
      const body = window.subarray(from, end);
      if ((flags & (MORE | COMMAND)) === 0 && this.#frames.length === 0 && !this.open) {
        return [body];
      }
      const message = this.#took(flags, body);
      if (message !== undefined) return message;
    }
    return undefined;
  }

  /** A frame is there. @returns the message that it is the last of */
  #took(sentFlags: number, sentBody: Buffer): Message | undefined {
    let flags = sentFlags;
    let body = sentBody;
    if (this.open !== undefined) ({ flags, body } = this.open(body));
    if ((flags & COMMAND) !== 0) {
      if (this.#frames.length > 0) throw new ProtocolError("a command within a message");
      return this.#command(body);
    }
    const frames = this.#frames;
    frames.push(body);
    if ((flags & MORE) !== 0) {
      this.#size += body.length;
      if (frames.length >= MOST_FRAMES) throw new ProtocolError("a message of too many frames");
      return undefined;
    }
    if (this.#size + body.length > this.#maxMessageSize) throw tooLarge();
    this.#frames = [];
    this.#size = 0;
    return frames;
  }

  /** Goes on to the next part of the chunk. @returns whether there is one; if not, what is left is kept */
  #refill(): boolean {
    const consumed = this.#windowAt + this.#at;
    if (this.#windowAt + this.#window.length < this.#chunk.length) {
      if (consumed < 0) {
        // What was carried is still incomplete, with less than a window.
        const taken = WINDOW - this.#window.length;
        const from = this.#windowAt + this.#window.length;
        if (taken > 0) {
          this.#window = Buffer.concat([this.#window, this.#chunk.subarray(from, from + taken)]);
          return true;
        }
      }
      this.#chunkAt = consumed;
      this.#openWindow();
      return true;
    }
    const rest = this.#window.subarray(this.#at);
    this.#carry = rest.length === 0 ? NONE : Buffer.from(rest);
    this.#forget();
    return false;
  }

  #forget(): void {
    this.#chunk = NONE;
    this.#window = NONE;
    this.#chunkAt = 0;
    this.#windowAt = 0;
    this.#at = 0;
  }

  #openWindow(): void {
    const chunk = this.#chunk;
    const from = this.#chunkAt;
    const length = Math.min(WINDOW, chunk.length - from);
    this.#windowAt = from;
    this.#at = 0;
    if (chunk.length <= WINDOW) {
      this.#window = from === 0 ? chunk : chunk.subarray(from);
    } else {
      const window = Buffer.allocUnsafeSlow(length);
      window.set(chunk.subarray(from, from + length));
      this.#window = window;
    }
    this.#chunkAt = from + length;
  }

  // Large frames ------------------------------------------------------------------------------

  #openLarge(flags: number, size: number, from: number): void {
    if (!Number.isSafeInteger(size)) throw tooLarge();
    this.#large = Buffer.allocUnsafeSlow(Math.min(size, AHEAD));
    this.#largeSize = size;
    this.#largeFlags = flags;
    this.#largeAt = 0;
    const start = this.#windowAt + from;
    if (start < 0) {
      // A part of the body came before the chunk.
      this.#largeAt = this.#window.copy(this.#large, 0, from);
      this.#chunkAt = this.#windowAt + this.#window.length;
    } else this.#chunkAt = start;
    this.#window = NONE;
    this.#windowAt = this.#chunkAt;
    this.#at = 0;
  }

  /** Takes what there is of a large frame. @returns whether it is whole */
  #fillLarge(): boolean {
    let large = this.#large as Buffer;
    const chunk = this.#chunk;
    const wanted = Math.min(this.#largeSize - this.#largeAt, chunk.length - this.#chunkAt);
    if (this.#largeAt + wanted > large.length) {
      const size = Math.min(this.#largeSize, Math.max(2 * large.length, this.#largeAt + wanted));
      const larger = Buffer.allocUnsafeSlow(size);
      larger.set(large.subarray(0, this.#largeAt));
      this.#large = larger;
      large = larger;
    }
    chunk.copy(large, this.#largeAt, this.#chunkAt, this.#chunkAt + wanted);
    this.#largeAt += wanted;
    this.#chunkAt += wanted;
    if (this.#largeAt === this.#largeSize) return true;
    this.#forget();
    return false;
  }

  #takeLarge(): Buffer {
    const large = this.#large as Buffer;
    this.#large = undefined;
    if (this.#chunkAt < this.#chunk.length) this.#openWindow();
    else this.#forget();
    return large;
  }
}

function tooLarge(): ProtocolError {
  return new ProtocolError("a message that is larger than maxMessageSize allows");
}
