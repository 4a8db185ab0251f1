import { Backlog } from "./backlog.js";
import { queueMicrotask, setImmediate } from "./clock.js";
import type { Connection } from "./connection.js";
import { writeCommand } from "./protocol/commands.js";
import { COPIED } from "./protocol/encoder.js";
import {
  bytesOf,
  type Frame,
  type Message,
  type Metadata,
  type Outgoing,
  ProtocolError,
} from "./protocol/message.js";
import { BATCH, type Broadcast, Encoded, type Receiver } from "./sockets/broadcast.js";
import type { Pipe } from "./sockets/pipe.js";
import type { SocketType } from "./sockets/socket.js";
import { atEndOfTurn } from "./turn.js";

const NOBODY: Metadata = new Map();
const NO_ID = Buffer.alloc(0);
/** The unread messages, but for the last, have at most this many frames: empty frames take memory, too. */
const MOST_FRAMES = 65_536;
/** After so many bytes, the messages that wait leave in the next turn: the system may take all of them at once. */
const BYTES_PER_TURN = 2 * 2 ** 20;

/** A message that waits as it would leave: small frames are copied, so that their owner may write to them again. */
function kept(message: Outgoing, owned: number): Outgoing {
  if (!Array.isArray(message)) return owned > 0 ? message : keptFrame(message as Frame);
  const frames = message as readonly Frame[];
  return frames.map((frame, n) => (n < owned ? frame : keptFrame(frame)));
}

function keptFrame(frame: Frame): Frame {
  if (typeof frame === "string" || frame.byteLength > COPIED) return frame;
  return Buffer.from(bytesOf(frame));
}

/** What a pipe asks of the socket it belongs to. */
export interface PipeOwner {
  readonly type: SocketType;
  /** Whether messages are taken as they come. */
  readonly reading: boolean;
  readActivated(pipe: Pipe): void;
  writeActivated(pipe: Pipe): void;
  pipeTerminated(pipe: Pipe): void;
  /** Messages wait for a peer that is not there, or does not read. Called again when more are written. */
  backlog(pipe: Pipe): void;
  /** The messages that waited have left, or will never leave. */
  relieved(pipe: Pipe): void;
  /** All messages have left. */
  emptied(): void;
  /** The pipe has stopped reading from the peer while `reading` was true: `settle` it when that is over. */
  held(pipe: RemotePipe): void;
}

/** How much a pipe holds. */
export interface PipeLimits {
  /** How many messages wait to be sent; 0 for any number. ZMQ_SNDHWM */
  readonly sendHighWaterMark: number;
  /** How many received messages wait to be read; 0 for any number. ZMQ_RCVHWM */
  readonly receiveHighWaterMark: number;
  /** Only the newest message is kept, each way; of those that come, its last frame alone. ZMQ_CONFLATE */
  readonly conflate: boolean;
}

/**
 * A peer at the other end of a connection. Sent messages wait here, up to the high-water mark, until the
 * connection is there and the system takes them. Received messages stay bytes until they are read.
 */
export class RemotePipe implements Pipe, Receiver {
  peer: Metadata = NOBODY;
  readonly #owner: PipeOwner;
  readonly #limits: PipeLimits;
  readonly #givenUp: () => void;
  /** Whether the socket type checks the form of messages. */
  readonly #checks: boolean;
  readonly #out = new Backlog<Outgoing | Encoded>();
  /** How many messages are in `#out`. */
  #waiting = 0;
  readonly #in = new Backlog<Message>();
  /** How many frames are in `#in`. */
  #frames = 0;
  #session: Connection | undefined;
  /** The peer will not come back. */
  #gone = false;
  #terminated = false;
  /** The pipe takes nothing more, and ends when all has left. */
  #retired = false;
  #scheduled = false;
  /** The messages that wait go on leaving in the next turn. */
  #deferred = false;
  /** How many messages the session has got since it last wrote. */
  #added = 0;
  /** The broadcast that this pipe takes part in. */
  #broadcast: Broadcast | undefined;
  /** The owner was told of a `backlog`, and not yet that it was `relieved`. */
  #waits = false;
  /** The socket type sends what the peer has to know before anything else. */
  #introducing = false;
  /** A message was refused, or would have been: tell the writer when there is room. */
  #full = false;
  /** A message was read since the last `settle`. */
  #read = false;
  /** A `settle` is due. */
  #unsettled = false;
  /** `read` has given nothing: tell the reader when there is something. */
  #starved = true;

  /** @param givenUp called when the socket gives the pipe up */
  constructor(owner: PipeOwner, limits: PipeLimits, givenUp = (): void => undefined) {
    this.#givenUp = givenUp;
    this.#owner = owner;
    this.#checks = owner.type.malformed !== undefined;
    this.#limits = limits;
  }

  get routingId(): Buffer {
    return this.peer.get("identity") ?? NO_ID;
  }

  /** Whether the peer has gone for good. You can still read what it has sent. */
  get gone(): boolean {
    return this.#gone;
  }

  get conflates(): boolean {
    return this.#limits.conflate;
  }

  /** Whether the socket has ended the pipe, or knows of its end. */
  get terminated(): boolean {
    return this.#terminated;
  }

  /** Whether nothing waits to be sent. */
  get empty(): boolean {
    if (this.#out.size > 0 || this.#broadcast !== undefined) return false;
    return this.#session === undefined || this.#session.idle;
  }

  // For the socket ----------------------------------------------------------------------------

  get writable(): boolean {
    const room = this.#hasRoom();
    if (!room) this.#full = true;
    return room;
  }

  #hasRoom(): boolean {
    return this.#room > 0;
  }

  /** How many more messages the pipe takes. */
  get #room(): number {
    this.#broadcast?.cut(); // those count, too
    if (this.#gone || this.#retired) return 0;
    const { sendHighWaterMark, conflate } = this.#limits;
    if (sendHighWaterMark === 0 || conflate) return Number.POSITIVE_INFINITY;
    return sendHighWaterMark - this.#waiting - this.#added;
  }

  write(message: Outgoing, owned = 0): boolean {
    if (!this.#hasRoom()) {
      if (!this.#gone) this.#flush();
      if (!this.writable) return false;
    }
    const session = this.#session;
    if (session?.idle && this.#out.size === 0 && !this.#limits.conflate) {
      // The message becomes bytes at once: nothing has to keep it until the end of the turn.
      session.add(message);
      this.#added += 1;
      if (session.pending >= BATCH) this.#flush();
    } else {
      if (this.#limits.conflate) this.#clear();
      this.#out.push(kept(message, owned));
      this.#waiting += 1;
    }
    this.#flushSoon();
    return true;
  }

  takePart(broadcast: Broadcast): boolean {
    const session = this.#session;
    if (!session?.isPlain || this.#limits.conflate) return false;
    let room = this.#room;
    if (room <= 0 || session.pending >= BATCH) {
      this.#flush();
      room = this.#room;
      if (room <= 0) return false;
    }
    broadcast.add(this, room);
    this.#broadcast = broadcast;
    this.#flushSoon();
    return true;
  }

  takeOver(sent: Encoded): void {
    this.#broadcast = undefined;
    if (this.#session?.idle && this.#out.size === 0) {
      this.#session.addEncoded(sent.pieces);
      this.#added += sent.count;
    } else if (sent.count > 0) {
      this.#out.push(new Encoded(sent.lasting, sent.count));
      this.#waiting += sent.count;
    }
  }

  command(name: "SUBSCRIBE" | "CANCEL" | "JOIN" | "LEAVE", data: Uint8Array): void {
    const session = this.#session;
    if (session === undefined) return; // said when the peer is there
    const waits = this.#out.size > 0 || this.#broadcast !== undefined;
    if (!this.#introducing && (waits || session.pending >= BATCH)) this.#flush();
    if (session.peerMinor < 1 && (name === "SUBSCRIBE" || name === "CANCEL")) {
      session.add(Buffer.concat([Buffer.of(name === "SUBSCRIBE" ? 1 : 0), data]));
    } else session.addCommand(writeCommand(name, data));
    this.#flushSoon();
  }

  read(): Message | undefined {
    if (this.#limits.conflate) this.#fill();
    const message = this.#shift() ?? this.#next();
    if (message !== undefined) {
      this.#read = true;
      // If the reader stops here, the session must read on, or it does not hear of the peer's end.
      if (this.#session?.paused) this.settleSoon();
      return message;
    }
    this.#starved = true;
    if (this.#gone && !this.#terminated) queueMicrotask(() => this.#terminate());
    return undefined;
  }

  #shift(): Message | undefined {
    const message = this.#in.shift();
    if (message !== undefined) this.#frames -= message.length;
    return message;
  }

  #keep(message: Message): void {
    const { conflate } = this.#limits;
    if (conflate) this.#forget();
    // As libzmq: a frame replaces the one before, of the same message, too.
    this.#in.push(conflate ? message.slice(-1) : message);
    this.#frames += conflate ? 1 : message.length;
  }

  #forget(): void {
    this.#in.clear();
    this.#frames = 0;
  }

  /** Cuts the next message out of the bytes; undefined if there is none, or if it is malformed. */
  #next(): Message | undefined {
    const session = this.#session;
    const message = session?.read();
    if (message === undefined || !this.#checks) return message;
    const wrong = this.#owner.type.malformed?.(message);
    if (wrong === undefined) return message;
    this.#session = undefined; // what has come behind it is not read
    session?.fail(new ProtocolError(wrong));
    return undefined;
  }

  /** Takes nothing more: the endpoint that it came from was removed. */
  retire(): void {
    this.#retired = true;
  }

  disown(): void {
    this.#terminated = true;
    this.#gone = true;
    this.#full = false;
    this.#forget();
    this.#clear();
    this.#relieve();
    this.#givenUp();
    this.readable();
  }

  terminate(): void {
    this.#broadcast?.cut();
    this.#terminated = true;
    this.#gone = true;
    this.#forget();
    const session = this.#session;
    if (session?.isPatient) {
      this.#session = undefined;
      while (this.#out.size > 0) this.#addNext(session);
      session.finish();
    } else session?.destroy();
    this.#clear();
    this.#relieve();
    this.#givenUp();
  }

  // For the session ---------------------------------------------------------------------------

  /** The peer is there: the handshake is done. */
  connected(session: Connection): void {
    this.#session = session;
    this.peer = session.mechanism?.peer ?? NOBODY;
    this.#introducing = true;
  }

  /** The socket type knows of the peer, and has sent what goes before messages: subscriptions. */
  introduced(): void {
    this.#introducing = false;
    if (this.#out.size > 0) this.#flushSoon();
  }

  /** Bytes have come. */
  readable(): void {
    const session = this.#session;
    if (session === undefined) return;
    if (this.#terminated) {
      while (session.read() !== undefined); // it is for nobody
      return;
    }
    if (this.#starved) {
      this.#starved = false;
      this.#owner.readActivated(this);
    }
    this.settle();
  }

  /**
   * Decides what happens to unread bytes. If the socket reads, it asks for the messages itself, and the session takes
   * nothing more from the peer until all are read. Else messages are made now, up to the high-water mark.
   */
  settle(): void {
    const session = this.#session;
    if (session === undefined || this.#terminated) return;
    if (!session.hasMore) {
      session.readOn();
      return;
    }
    if (!this.#owner.reading) {
      if (!this.#read) this.#fill();
      else this.settleSoon(); // who reads one by one may be about to read the next
      this.#read = false;
    }
    if (!session.hasMore) return;
    session.pause();
    if (this.#owner.reading) this.#owner.held(this);
  }

  /** Settles in a while: the reader may read on until then, or not. */
  settleSoon(): void {
    if (this.#unsettled) return;
    this.#unsettled = true;
    setImmediate(this.#settleLater);
  }

  readonly #settleLater = (): void => {
    this.#unsettled = false;
    this.settle();
  };

  #fill(): void {
    const { receiveHighWaterMark, conflate } = this.#limits;
    while (
      receiveHighWaterMark === 0 ||
      conflate ||
      (this.#in.size < receiveHighWaterMark && this.#frames < MOST_FRAMES)
    ) {
      const message = this.#next();
      if (message === undefined) return;
      this.#keep(message);
    }
  }

  drained(): void {
    this.#flush();
  }

  /**
   * The connection has ended. You can still read what has come.
   * @param gone whether the peer will not come back
   */
  disconnected(gone: boolean): void {
    this.#broadcast?.cut();
    this.#gone ||= gone;
    if (this.#terminated) {
      this.#session = undefined;
      return;
    }
    if (this.#session !== undefined) {
      for (let message = this.#next(); message; message = this.#next()) this.#keep(message);
    }
    this.#session = undefined;
    if (gone) {
      this.#clear();
      this.#relieve();
    }
    if (this.#in.size > 0) {
      if (this.#starved) {
        this.#starved = false;
        this.#owner.readActivated(this);
      }
    } else if (gone) this.#terminate();
  }

  #terminate(): void {
    if (this.#terminated) return;
    this.#terminated = true;
    this.#owner.pipeTerminated(this);
  }

  // Bytes -------------------------------------------------------------------------------------

  #flushSoon(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    atEndOfTurn(this.#flushLater);
  }

  #defer(): void {
    this.#deferred = true;
    setImmediate(() => {
      this.#deferred = false;
      this.#flush();
    });
  }

  readonly #flushLater = (): void => {
    this.#scheduled = false;
    this.#flush();
    if (this.#out.size === 0) return;
    this.#waits = true;
    this.#owner.backlog(this);
  };

  #relieve(): void {
    if (!this.#waits) return;
    this.#waits = false;
    this.#owner.relieved(this);
  }

  /** Gives the session the messages that have waited longest. */
  #addNext(session: Connection): void {
    const next = this.#out.shift() as Outgoing | Encoded;
    if (next instanceof Encoded) {
      session.addEncoded(next.pieces);
      this.#waiting -= next.count;
    } else {
      session.add(next);
      this.#waiting -= 1;
    }
  }

  #clear(): void {
    this.#out.clear();
    this.#waiting = 0;
  }

  #flush(): void {
    this.#broadcast?.cut();
    const session = this.#session;
    if (session === undefined || !session.ready || this.#introducing) return;
    this.#added = 0;
    for (let left = BYTES_PER_TURN; session.idle && !this.#deferred; ) {
      while (this.#out.size > 0 && session.pending < BATCH) this.#addNext(session);
      left -= session.pending;
      if (!session.flush() || this.#out.size === 0) break;
      if (left <= 0) this.#defer();
    }
    const { sendHighWaterMark } = this.#limits;
    if (this.#full && this.#waiting <= sendHighWaterMark / 2) {
      this.#full = false;
      this.#owner.writeActivated(this);
    }
    if (this.#out.size > 0 || !session.idle) return;
    this.#relieve();
    this.#owner.emptied();
  }
}
