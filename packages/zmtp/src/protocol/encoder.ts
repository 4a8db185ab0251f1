import { COMMAND, LONG, MORE } from "./decoder.js";
import { bytesOf, type Frame, type Outgoing } from "./message.js";

/** Frames of up to so many bytes are copied, behind each other; larger ones go out from where they are. */
const COPIED = 4096;
/** The memory that they are copied to, in bytes. */
const SLAB = 65_536;
/** The most that a frame's flags and its size take. */
const HEADER = 9;
/** Text of so many characters has 255 bytes at most. */
const SHORT_TEXT = 85;
/** Few bytes are copied one by one, which is quicker than to call for it. */
const FEW = 24;

/**
 * Puts messages into the bytes of a ZMTP 3 connection (RFC 37, "Framing"): `add` them, then `take` pieces to
 * be written in one go. Memory of pieces that have left goes back by `reuse`.
 */
export class Encoder {
  #slab: Buffer = Buffer.allocUnsafeSlow(SLAB);
  /** Where in the slab the next byte goes, and from where on nothing was taken. */
  #at = 0;
  #from = 0;
  #pieces: Uint8Array[] = [];
  #size = 0;

  /** How many bytes there are to take. */
  get size(): number {
    return this.#size + this.#at - this.#from;
  }

  add(message: Outgoing): void {
    if (!Array.isArray(message)) {
      this.#addFrame(message as Frame, 0);
      return;
    }
    const last = message.length - 1;
    for (let n = 0; n < last; n += 1) this.#addFrame(message[n], MORE);
    this.#addFrame(message[last], 0);
  }

  /** @param body the command's name and what belongs to it */
  addCommand(body: Uint8Array): void {
    this.#addFrame(body, COMMAND);
  }

  /** Adds bytes as they are: a greeting. */
  addBytes(bytes: Uint8Array): void {
    this.#makeRoom(bytes.length);
    this.#slab.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  #addFrame(frame: Frame, flags: number): void {
    if (typeof frame === "string") {
      if (frame.length <= SHORT_TEXT) {
        this.#makeRoom(HEADER + 3 * SHORT_TEXT);
        const at = this.#at;
        const slab = this.#slab;
        const size = frame.length === 0 ? 0 : slab.write(frame, at + 2);
        slab[at] = flags;
        slab[at + 1] = size;
        this.#at = at + 2 + size;
        return;
      }
      this.#addBody(Buffer.from(frame), flags);
    } else this.#addBody(frame instanceof Uint8Array ? frame : bytesOf(frame), flags);
  }

  #addBody(body: Uint8Array, flags: number): void {
    const size = body.length;
    this.#makeRoom(HEADER + (size > COPIED ? 0 : size));
    const slab = this.#slab;
    let at = this.#at;
    if (size < 256) {
      slab[at] = flags;
      slab[at + 1] = size;
      at += 2;
    } else {
      slab[at] = flags | LONG;
      slab.writeUInt32BE(Math.floor(size / 2 ** 32), at + 1);
      slab.writeUInt32BE(size >>> 0, at + 5);
      at += HEADER;
    }
    if (size > COPIED) {
      this.#at = at;
      this.#cut();
      this.#pieces.push(body);
      this.#size += size;
      return;
    }
    if (size <= FEW) for (let n = 0; n < size; n += 1) slab[at + n] = body[n] as number;
    else slab.set(body, at);
    this.#at = at + size;
  }

  #makeRoom(size: number): void {
    if (this.#at + size <= SLAB) return;
    this.#cut();
    this.#slab = Buffer.allocUnsafeSlow(SLAB);
    this.#at = 0;
    this.#from = 0;
  }

  /** Makes a piece of what is in the slab. */
  #cut(): void {
    if (this.#at === this.#from) return;
    this.#pieces.push(this.#slab.subarray(this.#from, this.#at));
    this.#size += this.#at - this.#from;
    this.#from = this.#at;
  }

  /** All that was added, to be written. */
  take(): Uint8Array[] {
    this.#cut();
    const pieces = this.#pieces;
    this.#pieces = [];
    this.#size = 0;
    return pieces;
  }

  /** All that was taken has left: its memory may be written to again. */
  reuse(): void {
    if (this.#at !== this.#from) return;
    this.#at = 0;
    this.#from = 0;
  }
}
