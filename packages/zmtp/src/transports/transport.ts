/** What a stream tells whoever uses it. */
export interface StreamSink {
  /**
   * Bytes have come. Their memory is the receiver's to keep; or, where it is lent, until it returns: it lies
   * in a larger piece that all connections read into.
   */
  data(chunk: Buffer, lent?: boolean): void;
  /** Where the bytes that come next belong; undefined where they may lie anywhere, for `data`. */
  room?(): Uint8Array | undefined;
  /** So many bytes have come, and lie where `room` has said. */
  filled?(size: number): void;
  /** All that was written has left. */
  drained(): void;
  /** The peer has answered a `ping` of the stream, or sent one. */
  heard?(): void;
  /** It is over; with an error where it did not end by itself. Told once. */
  closed(error: Error | undefined): void;
}

/** Bytes both ways: a connection of TCP or IPC. */
export interface Stream {
  /** The peer's IP address, for ZAP; over ipc that of nobody. */
  readonly peerAddress: string;
  /** Its file descriptor's address as the monitor tells it: ours, `tcp://127.0.0.1:5555`. */
  readonly address: string;
  /** It makes up the peer's greeting, out of the whole of ours. */
  readonly greets?: boolean;
  /** Asks the peer for a sign of life, where that is not done by a PING of ZMTP's. */
  ping?(): void;
  /** The handshake is done: the peer may send more than one needs for it. */
  trust?(): void;
  /** Begins to read; `sink` is told from now on. */
  open(sink: StreamSink): void;
  /** Writes pieces in one go. @returns whether all has left already; if not, `drained` tells when */
  write(pieces: readonly Uint8Array[]): boolean;
  /** Reads no more, until `resume`: what the peer sends fills the system's buffers, then the peer's. */
  pause(): void;
  resume(): void;
  /** Ends it at once, without a word. */
  destroy(): void;
  /** Ends it when all that was written has left. */
  end(): void;
}

/** An endpoint that listens. */
export interface Listener {
  /** The real address, as ZMQ_LAST_ENDPOINT has it. */
  readonly address: string;
  /** Listens no more; its connections stay. Resolves when the address is free. */
  close(): Promise<void>;
}

/** A connection that is on its way. */
export interface Attempt {
  /** Gives it up. */
  cancel(): void;
}

/** The options that concern transports, as the library names them. */
export interface TransportOptions {
  readonly backlog?: number;
  readonly connectTimeout?: number;
  /** For ws://, whose request goes ahead of the handshake. In ms; 0 for ever. Default: 30,000. */
  readonly handshakeInterval?: number;
  readonly ipv6?: boolean;
  readonly tcpKeepalive?: number;
  readonly tcpKeepaliveIdle?: number;
  /** The mechanism's name in a greeting, which ws:// says ahead of it. Default: `"NULL"`. */
  readonly mechanism?: string;
  /** For ws://, which has messages of its own. In bytes; -1 for any. */
  readonly maxMessageSize?: number;
}

/** What a listener tells. */
export interface ListenerSink {
  accepted(stream: Stream): void;
  /** It could not accept a connection, or has failed. */
  failed(error: NodeJS.ErrnoException): void;
}

/** What an attempt to connect tells: one of the two, once. Never within the call that began it. */
export interface AttemptSink {
  connected(stream: Stream): void;
  /** Where its `syscall` is `"getaddrinfo"`, the host has no address, and no socket was opened. */
  failed(error: NodeJS.ErrnoException): void;
  /** The system has begun to connect, which takes a while: over TCP alone. Before the other two. */
  delayed?(): void;
}

/** A way for bytes: `tcp://`, `ipc://`. */
export interface Transport {
  /** Its bytes are in messages, as those of ZMTP can be: it is no use without. */
  readonly hasMessages?: boolean;
  /**
   * Listens at once, so that the address is known and is ours when this returns.
   * @throws an Error with a `code` of libzmq's (`"EADDRINUSE"`, `"EADDRNOTAVAIL"`, `"ENODEV"`, `"EINVAL"`)
   */
  listen(place: string, options: TransportOptions, sink: ListenerSink): Listener;
  /** @throws an Error with a `code` where the place is none that can be connected to */
  connect(place: string, options: TransportOptions, sink: AttemptSink): Attempt;
}
