import { setImmediate } from "node:timers/promises";
import type { Stream, StreamSink } from "../transports/transport.js";

/** One end of a connection in memory. Only `settle` moves bytes. */
export class MemoryStream implements Stream {
  readonly peerAddress = "127.0.0.1";
  readonly address = "tcp://127.0.0.1:1";
  /** The other end. */
  peer: MemoryStream | undefined;
  /** Changes what goes out: called with the bytes of a write, and their place in the stream. */
  tamper: ((bytes: Buffer, at: number) => Buffer) | undefined;
  /** How many bytes are delivered at once. */
  chop: () => number = () => Number.MAX_SAFE_INTEGER;
  /** Whether writes leave at once. */
  quick: () => boolean = () => true;
  /** How many bytes were written. */
  written = 0;
  /** All that was written. */
  sent: Buffer = Buffer.alloc(0);
  destroyed = false;

  #sink: StreamSink | undefined;
  #inbox: Buffer = Buffer.alloc(0);
  #paused = false;
  #busy = false;
  /** The other end sends no more. */
  #over = false;
  #told = false;

  open(sink: StreamSink): void {
    this.#sink = sink;
  }

  write(pieces: readonly Uint8Array[]): boolean {
    if (this.destroyed) return false;
    const bytes = Buffer.concat(pieces);
    this.sent = Buffer.concat([this.sent, bytes]);
    this.peer?.take(this.tamper === undefined ? bytes : this.tamper(bytes, this.written));
    this.written += bytes.length;
    this.#busy ||= !this.quick();
    return !this.#busy;
  }

  /** Takes bytes that the other end has sent, or that a test makes up. */
  take(bytes: Buffer): void {
    if (!this.#over) this.#inbox = Buffer.concat([this.#inbox, bytes]);
  }

  /** The other end is gone. */
  hangUp(): void {
    this.#over = true;
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
  }

  destroy(): void {
    this.destroyed = true;
    this.peer?.hangUp();
  }

  end(): void {
    this.peer?.hangUp();
  }

  /** Moves what can be moved now. @returns whether anything moved */
  step(): boolean {
    const sink = this.#sink;
    if (sink === undefined || this.#told) return false;
    if (this.destroyed) {
      this.#told = true;
      sink.closed(undefined);
      return true;
    }
    if (this.#busy && this.quick()) {
      this.#busy = false;
      sink.drained();
      return true;
    }
    if (this.#paused) return false;
    if (this.#inbox.length > 0) {
      const size = Math.max(1, Math.min(this.chop(), this.#inbox.length));
      const chunk = Buffer.from(this.#inbox.subarray(0, size));
      this.#inbox = this.#inbox.subarray(size);
      sink.data(chunk);
      return true;
    }
    if (!this.#over) return false;
    this.#told = true;
    sink.closed(undefined);
    return true;
  }
}

/** Two ends of a connection. */
export function memoryStreams(): [MemoryStream, MemoryStream] {
  const [one, other] = [new MemoryStream(), new MemoryStream()];
  one.peer = other;
  other.peer = one;
  return [one, other];
}

/** Moves bytes until nothing moves any more, and no answer is awaited. @throws if that does not end */
export async function settle(...streams: readonly MemoryStream[]): Promise<void> {
  let quiet = 0;
  for (let round = 0; quiet < 3; round += 1) {
    if (round > 100_000) throw new Error("there is no end");
    let moved = false;
    for (const stream of streams) if (stream.step()) moved = true;
    quiet = moved ? 0 : quiet + 1;
    if (!moved || round % 16 === 0) await setImmediate();
  }
}
