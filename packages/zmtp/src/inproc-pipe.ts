import { Backlog } from "./backlog.js";
import { queueMicrotask } from "./clock.js";
import type { InprocSocket } from "./inproc-names.js";
import { JOIN, LEAVE } from "./protocol/commands.js";
import {
  bytesOf,
  EMPTY,
  type Frame,
  type Message,
  type Metadata,
  type Outgoing,
} from "./protocol/message.js";
import { type Options, pipeLimits } from "./settings.js";
import { framesOf } from "./sockets/frames.js";
import type { Pipe } from "./sockets/pipe.js";

const NO_ID = Buffer.alloc(0);
const NOBODY: Metadata = new Map();

/** A copy of the frame, which the receiver may write to. */
function copy(frame: Frame): Buffer {
  const bytes = bytesOf(frame);
  if (bytes.length === 0) return EMPTY;
  return typeof frame === "string" ? (bytes as Buffer) : Buffer.from(bytes);
}

/** One end of a pipe between two sockets of a process. You read from one end what was written to the other. */
export class InprocPipe implements Pipe {
  peer: Metadata = NOBODY;
  gone = false;
  #owner: InprocSocket | undefined;
  #other: InprocPipe = this;
  #left: () => void = () => undefined;
  /** Messages that were written to the other end. */
  readonly #in = new Backlog<Message>();
  /** How many messages `#in` holds. */
  #limit = 0;
  /** Only the last frame of the newest message is kept. */
  #conflate = false;
  /** `read` has given nothing: tell the reader when there is something. */
  #starved = true;
  #telling = false;
  /** The other end has no room: tell this one when there is some. */
  #full = false;
  #terminated = false;

  /** Both ends: the connecting socket's, and one that no socket has adopted yet. */
  static pair(socket: InprocSocket): readonly [InprocPipe, InprocPipe] {
    const one = new InprocPipe();
    const other = new InprocPipe();
    one.#other = other;
    other.#other = one;
    one.#owner = socket;
    // Over inproc the option is the connecting side's.
    one.#conflate = socket.options.conflate === true;
    other.#conflate = one.#conflate;
    other.#limit = pipeLimits(socket.options).sendHighWaterMark;
    return [one, other];
  }

  /** A socket is bound now, and gets this end. @param left called when the end is over */
  adopt(socket: InprocSocket, left: () => void): void {
    const other = this.#other;
    const owner = other.#owner as InprocSocket;
    this.#owner = socket;
    this.#left = left;
    const ours = pipeLimits(socket.options);
    const theirs = pipeLimits(owner.options);
    this.#limit = sum(theirs.sendHighWaterMark, ours.receiveHighWaterMark);
    other.#limit = sum(ours.sendHighWaterMark, theirs.receiveHighWaterMark);
    this.peer = describe(owner);
    other.peer = describe(socket);
    socket.countPeers(1);
    owner.countPeers(1);
    if (this.#in.size > 0) this.#tellReadable();
    other.#madeRoom();
  }

  get routingId(): Buffer {
    return this.peer.get("identity") ?? NO_ID;
  }

  get conflates(): boolean {
    return this.#conflate;
  }

  /** Whether it has unread messages. */
  get hasMessages(): boolean {
    return this.#in.size > 0;
  }

  get writable(): boolean {
    const room = this.#hasRoom();
    if (!room) this.#full = true;
    return room;
  }

  #hasRoom(): boolean {
    const other = this.#other;
    return !this.gone && (other.#limit === 0 || other.#conflate || other.#in.size < other.#limit);
  }

  write(message: Outgoing, owned = 0): boolean {
    if (!this.writable) return false;
    const frames = framesOf(message).slice() as Message;
    for (let n = owned; n < frames.length; n += 1) frames[n] = copy(frames[n] as Frame);
    this.#other.#put(frames);
    return true;
  }

  command(name: "SUBSCRIBE" | "CANCEL" | "JOIN" | "LEAVE", data: Uint8Array): void {
    const subscribes = name === "SUBSCRIBE" || name === "CANCEL";
    const first = Buffer.of(name === "SUBSCRIBE" ? 1 : 0);
    this.#other.#put(
      subscribes
        ? [Buffer.concat([first, data])]
        : [name === "JOIN" ? JOIN : LEAVE, Buffer.from(data)],
    );
  }

  #put(frames: Message): void {
    if (this.#conflate) this.#in.clear();
    this.#in.push(this.#conflate ? frames.slice(-1) : frames);
    this.#tellReadable();
  }

  read(): Message | undefined {
    const message = this.#in.shift();
    if (message === undefined) {
      this.#starved = true;
      if (this.gone) queueMicrotask(() => this.#terminate());
      return undefined;
    }
    if (this.#other.#full && this.#in.size <= this.#limit / 2) this.#other.#madeRoom();
    return message;
  }

  /** Tells the owner in a microtask: never within a call from above. */
  #tellReadable(): void {
    if (!this.#starved || this.#telling || this.#owner === undefined) return;
    this.#telling = true;
    queueMicrotask(() => {
      this.#telling = false;
      if (!this.#starved || this.#terminated || this.#in.size === 0) return;
      this.#starved = false;
      this.#owner?.readActivated(this);
    });
  }

  #madeRoom(): void {
    if (!this.#full) return;
    queueMicrotask(() => {
      if (!this.#full || !this.#hasRoom()) return;
      this.#full = false;
      this.#owner?.writeActivated(this);
    });
  }

  // The end -----------------------------------------------------------------------------------

  terminate(): void {
    if (this.#terminated) return;
    this.#terminated = true;
    this.#goAway();
    this.#in.clear();
    this.#left();
    this.#other.#peerLeft();
  }

  /** Takes and gives no more. */
  #goAway(): void {
    if (!this.gone && this.peer !== NOBODY) this.#owner?.countPeers(-1);
    this.gone = true;
  }

  /** As `terminate`, and tells the owner. */
  leave(): void {
    if (this.#terminated) return;
    this.terminate();
    queueMicrotask(() => this.#owner?.pipeTerminated(this));
  }

  #peerLeft(): void {
    if (this.gone) return;
    this.#goAway();
    this.#left();
    if (this.#in.size === 0) queueMicrotask(() => this.#terminate());
  }

  /** The other end is gone, and all that it had written is read. */
  #terminate(): void {
    if (this.#terminated || this.#in.size > 0) return;
    this.#terminated = true;
    this.#owner?.pipeTerminated(this);
  }
}

function sum(one: number, other: number): number {
  return one === 0 || other === 0 ? 0 : one + other;
}

/** The properties that a peer would send in a handshake. */
function describe({ name, options }: { name: string; options: Options }): Metadata {
  const id = (options.routingId ?? "") as string;
  return new Map([
    ["socket-type", Buffer.from(name)],
    ["identity", Buffer.from(id)],
  ]);
}
