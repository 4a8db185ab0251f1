import { keepFreedMemory } from "./memory.js";

/** How many bytes to set aside for a large frame before they have come. */
export const AHEAD = 1 << 20;

/** For frames of this many bytes or more, it costs more to find memory than to read them. */
const LARGE = 1 << 15;

/**
 * A frame whose body comes in several chunks. Whatever size its header tells, it takes no more memory than its bytes
 * that have come, and `AHEAD`.
 */
export class PartialFrame {
  readonly flags: number;
  /** Pieces that are full, and the one that is being filled. */
  readonly #full: Buffer[] = [];
  #piece: Buffer;
  #pieceAt = 0;
  #missing: number;

  /** @param size in bytes, of the body */
  constructor(flags: number, size: number) {
    this.flags = flags;
    this.#missing = size;
    if (size >= LARGE) keepFreedMemory();
    this.#piece = Buffer.allocUnsafeSlow(Math.min(size, AHEAD)); // the pool may be of 64 KiB
  }

  /** Whether all of it has come. */
  get whole(): boolean {
    return this.#missing === 0;
  }

  /** How many bytes are set aside for it. */
  get allocated(): number {
    return this.#full.length * AHEAD + this.#piece.length;
  }

  /** How many bytes have not come. */
  get missing(): number {
    return this.#missing;
  }

  /** Where the next bytes belong, as many as there is memory for already. */
  room(): Buffer {
    this.#makeRoom();
    return this.#piece.subarray(this.#pieceAt);
  }

  /** `size` bytes were put into its room. */
  filled(size: number): void {
    this.#pieceAt += size;
    this.#missing -= size;
  }

  #makeRoom(): void {
    if (this.#pieceAt < this.#piece.length) return;
    this.#full.push(this.#piece);
    this.#piece = Buffer.allocUnsafeSlow(Math.min(this.#missing, AHEAD));
    this.#pieceAt = 0;
  }

  /** Takes its bytes from a chunk. @returns where in the chunk the next frame begins */
  fill(chunk: Buffer, from: number): number {
    let at = from;
    while (this.#missing > 0 && at < chunk.length) {
      this.#makeRoom();
      const copied = chunk.copy(this.#piece, this.#pieceAt, at);
      this.#pieceAt += copied;
      this.#missing -= copied;
      at += copied;
    }
    return at;
  }

  /** The body, when it is whole: in memory of its own. */
  take(): Buffer {
    return this.#full.length === 0 ? this.#piece : Buffer.concat([...this.#full, this.#piece]);
  }
}
