import type { Socket } from "node:net";
import { clearTimeout, nextTick, setTimeout } from "../clock.js";
import type { Stream, StreamSink } from "./transport.js";

const NOTHING: Uint8Array = new Uint8Array(0);
/** All sockets read into this memory, unless it is known where the bytes belong. It is lent to `data`. */
const SHARED: Buffer = Buffer.allocUnsafeSlow(65_536);
/** A part of it, for the beginning of a large message: the socket reads the rest to where it belongs. */
const BEGINNING: Buffer = SHARED.subarray(0, 8192);

/** In ms: how long a peer may take to read what is in the buffers of a Unix socket that ends. */
const READING_TIME = 1000;

/**
 * Reads a socket without node:stream, through the option `onread` of node:net: it sets no memory aside for bytes
 * that may come, and does not copy large messages.
 */
export class Reader {
  sink: StreamSink | undefined;
  /** The bytes that come next belong to a large message. */
  #direct = false;

  /** The option `onread` of node:net. */
  readonly onread = {
    buffer: (): Uint8Array => this.#room(),
    callback: (size: number, memory: Uint8Array): boolean => this.#came(size, memory),
  };

  /** Behind a large message there may be another one: only its beginning is to go to the shared memory. */
  #room(): Uint8Array {
    const room = this.sink?.room?.();
    if (room === undefined) {
      const memory = this.#direct ? BEGINNING : SHARED;
      this.#direct = false;
      return memory;
    }
    this.#direct = true;
    return room;
  }

  #came(size: number, memory: Uint8Array): boolean {
    if (memory.buffer === SHARED.buffer) this.sink?.data(SHARED.subarray(0, size), true);
    else this.sink?.filled?.(size);
    return true;
  }
}

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

  /** The event "drain" comes only after many bytes. Behind few, a write of no bytes tells when they have left. */
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
 * A connection of node:net, TCP or Unix, that is there already. It does not keep the process alive. But in libuv a
 * write does that waits for a peer that does not read, until `destroy`.
 *
 * If a write fails, unread bytes from the peer are lost: node:net then closes the socket, while libzmq reads on.
 */
export class SocketStream implements Stream {
  readonly peerAddress: string;
  readonly address: string;
  readonly #socket: Socket;
  #sink: StreamSink | undefined;
  /** `closed` was called, or is not wanted any more. */
  #over = false;
  readonly #outlet: Outlet;
  readonly #reader: Reader | undefined;

  /** @param reader reads the socket; without it the socket is read by events */
  constructor(socket: Socket, address: string, peerAddress: string, reader?: Reader) {
    this.#socket = socket;
    this.#reader = reader;
    if (reader !== undefined) socket.pause(); // until there is a sink
    this.address = address;
    this.peerAddress = peerAddress;
    socket.unref();
    this.#outlet = new Outlet(socket, () => {
      if (!this.#over) this.#sink?.drained();
    });
    // Without a listener, an error would end the process.
    socket.on("error", (error) => this.#close(error));
  }

  open(sink: StreamSink): void {
    const socket = this.#socket;
    this.#sink = sink;
    if (socket.destroyed) {
      // The socket was closed before there was a listener.
      nextTick(() => this.#close(undefined));
      return;
    }
    socket.on("end", () => this.#close(undefined));
    socket.on("close", () => this.#close(undefined));
    if (this.#reader === undefined) {
      socket.on("data", (chunk: Buffer) => {
        if (!this.#over) sink.data(chunk);
      });
    } else {
      this.#reader.sink = sink;
      socket.resume();
    }
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
    if (this.#reader !== undefined) this.#reader.sink = undefined;
    this.#socket.destroy();
  }

  /** Closes a Unix socket when the peer has read all, or after a while. */
  end(): void {
    if (this.#over) return;
    const socket = this.#socket;
    if (!this.address.startsWith("ipc://")) {
      socket.destroySoon();
      return;
    }
    // If it were closed at once, a libzmq without room would not read what is still in the system's buffers.
    socket.end(() => {
      const limit = setTimeout(() => socket.destroy(), READING_TIME);
      socket.once("close", () => clearTimeout(limit));
    });
  }

  #close(error: Error | undefined): void {
    if (this.#over || this.#sink === undefined) return;
    this.#over = true;
    if (this.#reader !== undefined) this.#reader.sink = undefined;
    this.#socket.destroy();
    this.#sink.closed(error);
  }
}
