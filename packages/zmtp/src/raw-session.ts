import { Backlog } from "./backlog.js";
import { nextTick } from "./clock.js";
import type { Connection } from "./connection.js";
import { bytesOf, type Message, type Outgoing } from "./protocol/message.js";
import type { SessionSink } from "./session-sink.js";
import { framesOf } from "./sockets/frames.js";
import type { Stream } from "./transports/transport.js";

/** What a connection without a handshake reports. */
export type RawSink = Omit<SessionSink, "commands" | "mechanism" | "ready"> & {
  ready(session: Connection): void;
};

/**
 * One connection to a peer that speaks no ZMTP, for STREAM: a message is a frame of bytes as they come. If the
 * socket wants to be notified, an empty frame tells that the peer has come, and another that it has gone.
 */
export class RawSession implements Connection {
  readonly mechanism = undefined;
  readonly peerMinor = 0;
  readonly isPatient = true;
  readonly isPlain = false;
  ready = false;
  /** How many bytes were added and not flushed. */
  pending = 0;
  left = false;
  paused = false;

  readonly #stream: Stream;
  readonly #notifies: boolean;
  readonly #sink: RawSink;
  readonly #in = new Backlog<Buffer>();
  #out: Uint8Array[] = [];
  /** The last write has not left yet. */
  #busy = false;
  #ended = false;

  /** @param sink told from the next tick on */
  constructor(stream: Stream, notifies: boolean, sink: RawSink) {
    this.#stream = stream;
    this.#notifies = notifies;
    this.#sink = sink;
    nextTick(() => this.#begin());
  }

  #begin(): void {
    if (this.#ended) return;
    this.ready = true;
    this.#notify();
    this.#stream.open({
      data: (chunk, lent) => this.#data(lent ? Buffer.from(chunk) : chunk),
      drained: () => this.#drained(),
      closed: (error) => {
        if (!this.left) this.#notify();
        this.#end(error);
      },
    });
    this.#sink.ready(this);
    if (!this.#ended) this.#sink.readable();
  }

  #notify(): void {
    if (this.#notifies && !this.#ended) this.#in.push(Buffer.alloc(0));
  }

  // Out ---------------------------------------------------------------------------------------

  get idle(): boolean {
    return this.ready && !this.#busy && !this.#ended;
  }

  add(message: Outgoing): void {
    for (const frame of framesOf(message)) {
      const bytes = bytesOf(frame);
      if (bytes.length === 0) continue;
      this.#out.push(bytes);
      this.pending += bytes.length;
    }
  }

  /** There are no commands without ZMTP. */
  addCommand(_body: Buffer): void {}
  addEncoded(_pieces: readonly Uint8Array[]): void {}

  flush(): boolean {
    if (this.#ended) return false;
    if (this.#out.length === 0) return !this.#busy;
    const pieces = this.#out;
    this.#out = [];
    this.pending = 0;
    this.#busy = !this.#stream.write(pieces);
    return !this.#busy;
  }

  #drained(): void {
    if (!this.#busy || this.#ended) return;
    this.#busy = false;
    if (!this.left) this.#sink.drained();
  }

  // In ----------------------------------------------------------------------------------------

  #data(chunk: Buffer): void {
    if (this.#ended || this.left) return;
    this.#in.push(chunk);
    this.#sink.readable();
  }

  read(): Message | undefined {
    const chunk = this.#in.shift();
    if (chunk !== undefined) return [chunk];
    this.readOn();
    return undefined;
  }

  get hasMore(): boolean {
    return this.#in.size > 0;
  }

  pause(): void {
    if (this.paused || this.#ended) return;
    this.paused = true;
    this.#stream.pause();
  }

  readOn(): void {
    if (!this.paused || this.#ended) return;
    this.paused = false;
    this.#stream.resume();
  }

  // The end -----------------------------------------------------------------------------------

  finish(): void {
    if (this.left) return;
    this.left = true;
    this.flush();
    this.#stream.end();
  }

  fail(error: Error): void {
    this.#end(error);
  }

  destroy(): void {
    this.left = true;
    this.#end(undefined);
  }

  #end(error: Error | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#stream.destroy();
    this.#sink.ended(error, true);
  }
}
