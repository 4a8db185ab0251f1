import type { HeartbeatOptions } from "./heartbeat.js";
import type { Mechanism } from "./mechanisms/mechanism.js";
import type { Greeting } from "./protocol/greeting.js";
import type { Session } from "./session.js";
import type { Stream } from "./transports/transport.js";

/** The options that concern one connection, as the library names them, with their defaults. In ms. */
export interface SessionOptions extends HeartbeatOptions {
  readonly handshakeInterval: number;
  readonly maxMessageSize: number;
}

/** What a session tells whoever began it. */
export interface SessionSink {
  /** The mechanism for the peer. @throws {ProtocolError} where the two do not fit */
  mechanism(peer: Greeting, stream: Stream): Mechanism;
  /** The handshake is done: messages may be written and read. @throws {ProtocolError} for a peer that does not fit */
  ready(session: Session): void;
  /** Bytes have come: there may be messages to read. */
  readable(): void;
  /** All that was written has left. */
  drained(): void;
  /**
   * It is over, and the stream is closed: what failed, if anything did, and whether the handshake was done.
   * libzmq does not connect again after a ProtocolError, but does after a TimeoutError, as after any other.
   */
  ended(error: Error | undefined, wasReady: boolean): void;
}
