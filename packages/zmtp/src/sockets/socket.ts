import type { Message, Outgoing } from "../protocol/message.js";
import type { Pipe } from "./pipe.js";

/** What goes with a message beside its frames. */
export interface Meta {
  /** CLIENT/SERVER: the peer (zmq_msg_routing_id). */
  routingId?: number;
  /** RADIO/DISH: the group (zmq_msg_group). */
  group?: string | Buffer;
  /** Sending: how many of the first frames no other code has, or will have. They need no copy. Default: 0. */
  owned?: number;
}

/** The options that concern routing, as the library names them. Checked by it; left out means libzmq's default. */
export interface RoutingOptions {
  readonly routingId?: string | Uint8Array;
  readonly probeRouter?: boolean;
  readonly correlate?: boolean;
  readonly relaxed?: boolean;
  readonly mandatory?: boolean;
  readonly handover?: boolean;
  readonly conflate?: boolean;
  readonly invertMatching?: boolean;
  readonly noDrop?: boolean;
  readonly verbose?: boolean;
  readonly verboser?: boolean;
  readonly manual?: boolean;
  readonly welcomeMessage?: string | Uint8Array;
  readonly notify?: boolean;
}

/** An error that libzmq reports by its number. The library makes its own error of it. */
export class SocketError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * A socket type decides where messages come from and go to: routing, and nothing else. It knows pipes, and
 * neither bytes nor addresses. One type a file; methods are those of libzmq's `socket_base_t` (xattach_pipe, xsend …).
 *
 * Nothing in it waits. After each call from outside, the engine looks at `hasIn` and `hasOut` again.
 */
export abstract class SocketType {
  /** Its connections do not speak ZMTP: messages are bytes as they come. */
  readonly isRaw: boolean = false;
  /** Its messages are datagrams with the address that they come from or go to. */
  readonly isAddressed: boolean = false;
  /** The commands that it reads as messages. */
  readonly commands: readonly string[] = [];
  protected readonly options: RoutingOptions;

  constructor(options: RoutingOptions) {
    this.options = options;
  }

  /**
   * A pipe is there: at `connect`, unless `immediate` is set; else when the handshake is done. The peer may not be
   * there yet: `peerReady` tells when it is, and is always called after `attach`.
   */
  abstract attach(pipe: Pipe): void;
  /** The handshake with the pipe's peer is done: for the first time, or after a reconnect. */
  peerReady(_pipe: Pipe): void {}
  /** The pipe has a message again: `read` had returned undefined. */
  abstract readActivated(pipe: Pipe): void;
  /** The pipe takes messages again: `write` had returned false. */
  abstract writeActivated(pipe: Pipe): void;
  /** The pipe has ended, and all that was in it is gone. */
  abstract pipeTerminated(pipe: Pipe): void;

  /**
   * Sends a message.
   *
   * @returns whether the type has taken it (or dropped it, if the type does that); false if there is no room
   * @throws {SocketError} EHOSTUNREACH, EFSM, EINVAL: the type refuses the message for good
   */
  send(_message: Outgoing, _meta?: Meta): boolean {
    throw new SocketError("ENOTSUP", "this socket type cannot send");
  }
  /** The next message; undefined if there is none. */
  receive(): Message | undefined {
    return undefined;
  }
  /**
   * For types whose messages have a form of their own: tells what is wrong with a message that has come over a
   * connection, and the connection then ends; undefined if nothing is wrong.
   */
  malformed?(message: Message): string | undefined;
  /** The meta of the message that was received last. */
  meta: Meta | undefined;
  /** Whether `receive` would give a message (ZMQ_POLLIN). */
  get hasIn(): boolean {
    return false;
  }
  /** Whether `send` would take a message (ZMQ_POLLOUT). */
  get hasOut(): boolean {
    return false;
  }

  /** `subscribe`, `unsubscribe`, `manualLastValue` … @returns whether the type has it */
  setOption(_name: string, _value: unknown): boolean {
    return false;
  }
  joinGroup(_group: string): void {
    throw new SocketError("EINVAL", "this socket type has no groups");
  }
  leaveGroup(_group: string): void {
    throw new SocketError("EINVAL", "this socket type has no groups");
  }
}
