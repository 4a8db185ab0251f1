import { COMMAND, LONG, MORE } from "./decoder.js";
import { bytesOf, type Frame, type Outgoing } from "./message.js";

/** Frames of up to this many bytes are copied, one behind the other; larger ones go out from where they are. */
export const COPIED = 4096;
/** The size of the memory that they are copied to, in bytes: small, until there is more to send at once. */
const FIRST_SLAB = 8192;
const SLAB = 65_536;
/** The size of a header (a frame's flags and its size), at most and at least. */
const HEADER = 9;
const SHORT_HEADER = 2;
/** A frame of more bytes than this has the larger header. */
const SHORT = 255;
/** A character of UTF-16 takes no more bytes than this in UTF-8. */
const PER_CHARACTER = 3;
/** Text of up to this many characters is always small enough to be copied. */
const COPIED_TEXT = Math.floor(COPIED / PER_CHARACTER);
/** To copy up to this many bytes one by one is quicker than to call a function. */
const FEW = 24;
const FEW_ENCODED = 48;

/**
 * Puts messages into the bytes of a ZMTP 3 connection (RFC 37, "Framing"): `add` them, then `take` pieces to
 * write in one go. When the pieces have left, `reuse` gives their memory back.
 */
export class Encoder {
  #slab: Buffer = Buffer.allocUnsafeSlow(FIRST_SLAB);
  /** Where in the slab the next byte goes, and where the bytes begin that are not taken yet. */
  #at = 0;
  #from = 0;
  #pieces: Uint8Array[] = [];
  #size = 0;

  /** How many bytes there are to take. */
  get size(): number {
    return this.#size + this.#at - this.#from;
  }

  /** Adds a message: do not change its frames until it has left. An empty list becomes one empty frame. */
  add(message: Outgoing): void {
    if (typeof message === "string") this.#addText(message, 0);
    else if (message instanceof Uint8Array) this.#addBytes(message, 0);
    else if (isList(message)) this.#addFrames(message);
    else this.#addBytes(bytesOf(message), 0);
  }

  /** @param body the command's name and what belongs to it */
  addCommand(body: Uint8Array): void {
    this.#addBytes(body, COMMAND);
  }

  /** Adds bytes as they are: a greeting, or messages from another encoder. */
  addRaw(bytes: Uint8Array): void {
    if (bytes.length > COPIED) {
      this.#addPiece(bytes);
      return;
    }
    const size = bytes.length;
    this.#makeRoom(size);
    const slab = this.#slab;
    const at = this.#at;
    if (size <= FEW_ENCODED) for (let n = 0; n < size; n += 1) slab[at + n] = bytes[n] as number;
    else slab.set(bytes, at);
    this.#at = at + size;
  }

  #addFrames(frames: readonly Frame[]): void {
    const last = frames.length - 1;
    for (let n = 0; n < last; n += 1) this.#addFrame(frames[n] as Frame, MORE);
    this.#addFrame(frames[last] ?? "", 0);
  }

  #addFrame(frame: Frame, flags: number): void {
    if (typeof frame === "string") this.#addText(frame, flags);
    else this.#addBytes(frame instanceof Uint8Array ? frame : bytesOf(frame), flags);
  }

  #addText(text: string, flags: number): void {
    const { length } = text;
    if (length > COPIED_TEXT) {
      this.#addBytes(Buffer.from(text), flags);
      return;
    }
    this.#makeRoom(HEADER + PER_CHARACTER * length);
    const slab = this.#slab;
    const at = this.#at;
    const start = at + (length > SHORT ? HEADER : SHORT_HEADER);
    const size = writeText(slab, text, start);
    // Only now is the size known.
    if (size > SHORT && length <= SHORT) slab.copyWithin(at + HEADER, start, start + size);
    this.#at = writeHeader(slab, at, flags, size) + size;
  }

  #addBytes(body: Uint8Array, flags: number): void {
    const size = body.length;
    if (size > COPIED) {
      this.#makeRoom(HEADER);
      this.#at = writeHeader(this.#slab, this.#at, flags, size);
      this.#addPiece(body);
      return;
    }
    this.#makeRoom(HEADER + size);
    const slab = this.#slab;
    const at = writeHeader(slab, this.#at, flags, size);
    if (size <= FEW) for (let n = 0; n < size; n += 1) slab[at + n] = body[n] as number;
    else slab.set(body, at);
    this.#at = at + size;
  }

  /** Adds bytes that are not copied. */
  #addPiece(bytes: Uint8Array): void {
    this.#cut();
    this.#pieces.push(bytes);
    this.#size += bytes.length;
  }

  #makeRoom(size: number): void {
    if (this.#at + size <= this.#slab.length) return;
    this.#cut();
    this.#slab = Buffer.allocUnsafeSlow(SLAB);
    this.#at = 0;
    this.#from = 0;
  }

  /** Makes a piece of the bytes in the slab. */
  #cut(): void {
    if (this.#at === this.#from) return;
    this.#pieces.push(this.#slab.subarray(this.#from, this.#at));
    this.#size += this.#at - this.#from;
    this.#from = this.#at;
  }

  /** All that was added, to be written. */
  take(): Uint8Array[] {
    if (this.#pieces.length === 0 && this.#at > this.#from) {
      const piece = this.#slab.subarray(this.#from, this.#at);
      this.#from = this.#at;
      return [piece];
    }
    this.#cut();
    const pieces = this.#pieces;
    this.#pieces = [];
    this.#size = 0;
    return pieces;
  }

  /** All pieces that were taken have left: their memory may be written to again, unless there is more to take. */
  reuse(): void {
    if (this.size > 0) return;
    this.#at = 0;
    this.#from = 0;
  }
}

function isList(message: Outgoing): message is readonly Frame[] {
  return Array.isArray(message);
}

/** @returns where the body begins */
function writeHeader(slab: Buffer, at: number, flags: number, size: number): number {
  if (size <= SHORT) {
    slab[at] = flags;
    slab[at + 1] = size;
    return at + SHORT_HEADER;
  }
  slab[at] = flags | LONG;
  slab.writeUInt32BE(Math.floor(size / 2 ** 32), at + 1);
  slab.writeUInt32BE(size >>> 0, at + 5);
  return at + HEADER;
}

/** @returns how many bytes it has, as UTF-8 */
function writeText(slab: Buffer, text: string, at: number): number {
  const { length } = text;
  if (length > FEW) return slab.write(text, at);
  for (let n = 0; n < length; n += 1) {
    const code = text.charCodeAt(n);
    if (code > 127) return slab.write(text, at);
    slab[at + n] = code;
  }
  return length;
}
