import type { Socket } from "node:net";
import type { Stream, StreamSink } from "./transport.js";

const NOTHING: Uint8Array = new Uint8Array(0);

/** Tells when all that was written to a socket has left. */
export class Outlet {
  readonly #socket: Socket;
  readonly #drained: () => void;
  #waiting = false;

  constructor(socket: Socket, drained: () => void) {
    this.#socket = socket;
    this.#drained = drained;
    socket.on("drain", this.#look);
  }

  /** @returns whether all has left already; if not, `drained` is called later, once */
  left(): boolean {
    if (this.#socket.writableLength === 0) return true;
    if (!this.#waiting) {
      this.#waiting = true;
      this.#await();
    }
    return false;
  }

  /** The event "drain" comes after much alone; behind little, a write of nothing tells when it has left. */
  #await(): void {
    const socket = this.#socket;
    if (!socket.writableNeedDrain) socket.write(NOTHING, this.#look);
  }

  readonly #look = (): void => {
    const socket = this.#socket;
    if (!this.#waiting || socket.destroyed) return;
    if (socket.writableLength > 0) {
      this.#await();
      return;
    }
    this.#waiting = false;
    this.#drained();
  };
}

/**
 * A connection of node:net, TCP or Unix, that is there already. It does not keep the process alive; but what
 * was written and waits for a peer that does not read does, as libuv has it, until `destroy`.
 *
 * Where a write fails, what the peer has sent before and was not read yet is lost: node:net closes the
 * socket then, where libzmq reads on.
 */
export class SocketStream implements Stream {
  readonly peerAddress: string;
  readonly address: string;
  readonly #socket: Socket;
  #sink: StreamSink | undefined;
  /** `closed` was told, or is not wanted any more. */
  #over = false;
  readonly #outlet: Outlet;

  constructor(socket: Socket, address: string, peerAddress: string) {
    this.#socket = socket;
    this.address = address;
    this.peerAddress = peerAddress;
    socket.unref();
    this.#outlet = new Outlet(socket, () => {
      if (!this.#over) this.#sink?.drained();
    });
    // An error that nobody hears would end the process.
    socket.on("error", (error) => this.#close(error));
  }

  open(sink: StreamSink): void {
    const socket = this.#socket;
    this.#sink = sink;
    if (socket.destroyed) {
      // It was closed before anybody listened.
      process.nextTick(() => this.#close(undefined));
      return;
    }
    socket.on("end", () => this.#close(undefined));
    socket.on("close", () => this.#close(undefined));
    socket.on("data", (chunk: Buffer) => {
      if (!this.#over) sink.data(chunk);
    });
  }

  write(pieces: readonly Uint8Array[]): boolean {
    if (this.#over) return false;
    const socket = this.#socket;
    if (pieces.length === 1) socket.write(pieces[0] as Uint8Array);
    else {
      socket.cork();
      for (const piece of pieces) socket.write(piece);
      socket.uncork();
    }
    return this.#outlet.left();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    if (!this.#over) this.#socket.resume();
  }

  destroy(): void {
    this.#over = true;
    this.#socket.destroy();
  }

  end(): void {
    if (!this.#over) this.#socket.destroySoon();
  }

  #close(error: Error | undefined): void {
    if (this.#over || this.#sink === undefined) return;
    this.#over = true;
    this.#socket.destroy();
    this.#sink.closed(error);
  }
}
