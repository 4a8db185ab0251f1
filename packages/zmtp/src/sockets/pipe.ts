import type { Message, Metadata, Outgoing } from "../protocol/message.js";
import type { Broadcast } from "./broadcast.js";

/**
 * One peer of a socket, as libzmq's pipe: messages both ways, each way up to a high-water mark. Over tcp it is
 * there from `connect` on, and stays through reconnects; over inproc it is one end of two.
 */
export interface Pipe {
  /** The name that the peer gave itself; empty if it gave none, or has not been there yet. */
  readonly routingId: Buffer;
  /** The peer's properties from its last handshake; over inproc its socket type and routing id. */
  readonly peer: Metadata;
  /** Whether `write` would take a message; if not, `writeActivated` is called when it would. */
  readonly writable: boolean;
  /** The peer has ended the pipe. It takes no more messages; you can still read those that are in it. */
  readonly gone?: boolean;
  /** The peer gets all messages, and cannot ask for fewer: a multicast or udp address. */
  readonly takesAll?: boolean;
  /** A newer message replaces one that is not read. ZMQ_CONFLATE: over inproc the option of who connects counts. */
  readonly conflates?: boolean;
  /** Takes the peer's next message; undefined if there is none: then `readActivated` is called when there is one. */
  read(): Message | undefined;
  /**
   * Sends a message.
   *
   * @param owned how many of the first frames no other code has: they need no copy
   * @returns whether the pipe has taken it; if not, `writeActivated` is called when there is room
   */
  write(message: Outgoing, owned?: number): boolean;
  /**
   * Takes part in a broadcast, if this peer can get the same bytes as others.
   * @returns whether it does; if not, `write` to it
   */
  takePart?(broadcast: Broadcast): boolean;
  /**
   * Sends a subscription or a group, whatever the high-water mark: it is no message of the user's. Without a
   * connection it goes nowhere: at `peerReady`, after the next handshake, the socket type sends all of them.
   */
  command(name: "SUBSCRIBE" | "CANCEL" | "JOIN" | "LEAVE", data: Uint8Array): void;
  /** Ends the pipe, and its connection. `pipeTerminated` is not called. */
  terminate(): void;
  /**
   * Ends the pipe as `terminate` does, but leaves the connection until the peer ends it: if we closed it, the peer
   * would come again. What the peer sends is dropped. Over inproc no peer comes again.
   */
  disown?(): void;
}
