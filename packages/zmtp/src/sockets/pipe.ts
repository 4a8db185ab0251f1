import type { Message, Metadata, Outgoing } from "../protocol/message.js";
import type { Broadcast } from "./broadcast.js";

/**
 * One peer of a socket, as libzmq's pipe: messages both ways, each way up to a high-water mark. Over tcp it is
 * there from `connect` on, and stays through reconnects; over inproc it is one end of two.
 */
export interface Pipe {
  /** The name that the peer gave itself; empty where it gave none, or has not been there yet. */
  readonly routingId: Buffer;
  /** What the peer has said of itself in its last handshake; over inproc its socket type and routing id. */
  readonly peer: Metadata;
  /** Whether `write` would take a message; if not, `writeActivated` will tell. */
  readonly writable: boolean;
  /** The peer has ended it: it takes nothing any more, and is there for what can still be read. */
  readonly gone?: boolean;
  /** The peer gets all there is, and cannot ask for less: a multicast or udp address. */
  readonly takesAll?: boolean;
  /** Takes the next message of the peer's; undefined where there is none, and then `readActivated` will tell. */
  read(): Message | undefined;
  /**
   * Sends a message.
   *
   * @param owned so many of the first frames nobody else has: they need no copy
   * @returns whether it was taken; if not, `writeActivated` will tell
   */
  write(message: Outgoing, owned?: number): boolean;
  /**
   * Takes part in a broadcast, where its messages can go out as those of others do.
   * @returns whether it does; if not, it is to be written to
   */
  takePart?(broadcast: Broadcast): boolean;
  /**
   * Sends what is no message of the user's, whatever the high-water mark: a subscription, a group. Where
   * nobody is connected it goes nowhere: after the next handshake, at `peerReady`, all of them are sent.
   */
  command(name: "SUBSCRIBE" | "CANCEL" | "JOIN" | "LEAVE", data: Uint8Array): void;
  /** Ends it, and the connection with it. `pipeTerminated` is not told. */
  terminate(): void;
  /**
   * Ends it as `terminate` does, but leaves the connection, until the peer ends it: a peer that was hung up on
   * would come again. What it sends is dropped. Over inproc nobody comes again.
   */
  disown?(): void;
}
