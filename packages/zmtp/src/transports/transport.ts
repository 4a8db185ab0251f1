/** What a stream reports to its user. */
export interface StreamSink {
  /**
   * Bytes have come. The receiver may keep their memory; if it is lent, only until `data` returns: it lies in a larger
   * piece that all connections read into.
   */
  data(chunk: Buffer, lent?: boolean): void;
  /** Where the next bytes belong; undefined if they may lie anywhere, for `data`. */
  room?(): Uint8Array | undefined;
  /** `size` bytes have come, and lie where `room` has said. */
  filled?(size: number): void;
  /** All that was written has left. */
  drained(): void;
  /** The peer has answered a `ping` of the stream, or sent one. */
  heard?(): void;
  /** The stream is over; with an error if it did not end by itself. Called once. */
  closed(error: Error | undefined): void;
}

/** Bytes both ways: a connection of TCP or IPC. */
export interface Stream {
  /** The peer's IP address, for ZAP; empty over ipc. */
  readonly peerAddress: string;
  /** The address of our end, as a monitor reports it: `tcp://127.0.0.1:5555`. */
  readonly address: string;
  /** The stream makes up the peer's greeting, and needs the whole of ours for that. */
  readonly greets?: boolean;
  /** Asks the peer for a sign of life, if the stream does not use ZMTP's PING for that. */
  ping?(): void;
  /** The handshake is done: the peer may now send more than a handshake needs. */
  trust?(): void;
  /** Begins to read, and reports to `sink` from now on. */
  open(sink: StreamSink): void;
  /** Writes pieces in one go. @returns whether all has left already; if not, `drained` is called when it has */
  write(pieces: readonly Uint8Array[]): boolean;
  /** Stops reading until `resume`: the peer's bytes fill the system's buffers, then the peer's own. */
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
  /** The mechanism's name in the greeting; ws:// tells it before the greeting. Default: `"NULL"`. */
  readonly mechanism?: string;
  /** For ws://, which has messages of its own. In bytes; -1 for any. */
  readonly maxMessageSize?: number;
}

/** What a listener reports. */
export interface ListenerSink {
  accepted(stream: Stream): void;
  /** It could not accept a connection, or has failed. */
  failed(error: NodeJS.ErrnoException): void;
  /** A peer came and was turned away before there was a stream: over ws:// it has asked for what does not fit. */
  refused?(error: Error): void;
}

/** What an attempt to connect reports: `connected` or `failed`, once. Never within the call that began it. */
export interface AttemptSink {
  connected(stream: Stream): void;
  /**
   * If the error's `syscall` is `"getaddrinfo"`, the host has no address, and no socket was opened.
   * @param wasThere somebody was there, and there is no stream all the same: it has reset the connection, or over ws:// its
   * answer does not fit
   */
  failed(error: NodeJS.ErrnoException, wasThere?: boolean): void;
  /** The system has begun to connect, which takes a while. Called before the other two, and only over TCP. */
  delayed?(): void;
}

/** A way for bytes: `tcp://`, `ipc://`. */
export interface Transport {
  /** It carries messages, not bytes as they come: so it is of use for ZMTP only. */
  readonly hasMessages?: boolean;
  /**
   * Listens at once, so that the address is known and is ours when this returns.
   * @throws an Error with a `code` of libzmq's (`"EADDRINUSE"`, `"EADDRNOTAVAIL"`, `"ENODEV"`, `"EINVAL"`)
   */
  listen(place: string, options: TransportOptions, sink: ListenerSink): Listener;
  /** @throws an Error with a `code` if it is not possible to connect to the place */
  connect(place: string, options: TransportOptions, sink: AttemptSink): Attempt;
}
