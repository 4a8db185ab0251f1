import { isIP } from "node:net";
import { Backlog } from "./backlog.js";
import { queueMicrotask } from "./clock.js";
import { readGroupDatagram, writeGroupDatagram } from "./protocol/datagrams.js";
import {
  bytesOf,
  type Frame,
  type Message,
  type Metadata,
  type Outgoing,
} from "./protocol/message.js";
import type { PipeLimits, PipeOwner } from "./remote-pipe.js";
import { framesOf } from "./sockets/frames.js";
import type { Pipe } from "./sockets/pipe.js";
import { hostAndPort, type Place, portOf, splitPlace } from "./transports/tcp.js";
import type { UdpSink, UdpSocket } from "./transports/udp.js";

/**
 * All peers at the other end of a UDP socket. A message is a group and a body, for RADIO and DISH, or an address
 * and a datagram, for DGRAM. The pipe drops malformed datagrams, and unread ones above the high-water mark.
 */
export class UdpPipe implements Pipe, UdpSink {
  readonly routingId = Buffer.alloc(0);
  readonly peer: Metadata = new Map();
  readonly takesAll = true;
  gone = false;
  readonly #owner: PipeOwner;
  readonly #limits: PipeLimits;
  readonly #in = new Backlog<Message>();
  #socket: UdpSocket | undefined;
  #terminated = false;
  /** `write` has refused a message, or would have: tell the writer when there is room. */
  #full = false;
  /** `read` has given nothing: tell the reader when there is something. */
  #starved = true;

  constructor(owner: PipeOwner, limits: PipeLimits) {
    this.#owner = owner;
    this.#limits = limits;
  }

  /** The socket is there. */
  open(socket: UdpSocket): void {
    this.#socket = socket;
  }

  // Out ---------------------------------------------------------------------------------------

  /** Whether nothing waits to be sent. */
  get empty(): boolean {
    return (this.#socket?.waiting ?? 0) === 0;
  }

  get writable(): boolean {
    const { sendHighWaterMark } = this.#limits;
    const waiting = this.#socket?.waiting ?? 0;
    const room = !this.gone && (sendHighWaterMark === 0 || waiting < sendHighWaterMark);
    if (!room) this.#full = true;
    return room;
  }

  write(message: Outgoing): boolean {
    if (!this.writable) return false;
    const [first, body] = framesOf(message) as [Frame, Frame];
    if (this.#owner.type.isAddressed) {
      const to = readPlace(first);
      if (to !== undefined) this.#socket?.send([bytesOf(body)], to);
    } else {
      const datagram = writeGroupDatagram(bytesOf(first), bytesOf(body));
      if (datagram !== undefined) this.#socket?.send(datagram);
    }
    return true;
  }

  sent(): void {
    if (this.#full && (this.#socket?.waiting ?? 0) <= this.#limits.sendHighWaterMark / 2) {
      this.#full = false;
      this.#owner.writeActivated(this);
    }
    if (this.empty) this.#owner.emptied();
  }

  /** No peer at the other end would understand a command. */
  command(): void {}

  // In ----------------------------------------------------------------------------------------

  received(datagram: Buffer, from: Place): void {
    const { receiveHighWaterMark } = this.#limits;
    if (this.gone || (receiveHighWaterMark !== 0 && this.#in.size >= receiveHighWaterMark)) return;
    const message = this.#owner.type.isAddressed
      ? [Buffer.from(hostAndPort(from.host, from.port)), datagram]
      : readGroupDatagram(datagram);
    if (message === undefined) return;
    this.#in.push(message);
    if (!this.#starved) return;
    this.#starved = false;
    this.#owner.readActivated(this);
  }

  read(): Message | undefined {
    const message = this.#in.shift();
    if (message !== undefined) return message;
    this.#starved = true;
    if (this.gone) queueMicrotask(() => this.#terminate());
    return undefined;
  }

  // The end -----------------------------------------------------------------------------------

  terminate(): void {
    this.#terminated = true;
    this.gone = true;
    this.#in.clear();
    this.#socket?.close();
  }

  /** Ends it. You can still read what has come. */
  leave(): void {
    if (this.gone) return;
    this.gone = true;
    this.#socket?.close();
    if (this.#in.size === 0) this.#terminate();
  }

  #terminate(): void {
    if (this.#terminated) return;
    this.#terminated = true;
    this.#owner.pipeTerminated(this);
  }
}

/** Reads an address of DGRAM, which may end with a NUL; undefined if it is malformed. */
function readPlace(address: Frame): Place | undefined {
  const text = Buffer.from(bytesOf(address)).toString("latin1").replace(/\0$/, "");
  try {
    const { host, port } = splitPlace(text);
    const number = portOf(text, port);
    return number === 0 || isIP(host) === 0 ? undefined : { host, port: number };
  } catch {
    return undefined;
  }
}
