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

/** What a session reports to its owner. */
export interface SessionSink {
  /** The commands that are read as messages. All others are dropped. */
  readonly commands: readonly string[];
  /** Makes the mechanism for the peer. @throws {ProtocolError} if the two do not fit */
  mechanism(peer: Greeting, stream: Stream): Mechanism;
  /** The handshake is done: you may write and read messages. @throws {ProtocolError} if the peer does not fit */
  ready(session: Session): void;
  /** Bytes have come: there may be messages to read. */
  readable(): void;
  /** All that was written has left. */
  drained(): void;
  /**
   * The session is over, and the stream is closed: with what failed, if anything did, and whether the handshake
   * was done. libzmq does not connect again after a ProtocolError. It does after a ForeignError, and after any
   * other error, as a TimeoutError.
   */
  ended(error: Error | undefined, wasReady: boolean): void;
}
