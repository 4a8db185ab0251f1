import { Backlog } from "./backlog.js";
import type { Connection } from "./connection.js";
import { writeCommand } from "./protocol/commands.js";
import { type Message, type Metadata, type Outgoing, ProtocolError } from "./protocol/message.js";
import { BATCH, type Broadcast, Encoded, type Receiver } from "./sockets/broadcast.js";
import type { Pipe } from "./sockets/pipe.js";
import type { SocketType } from "./sockets/socket.js";
import { atEndOfTurn } from "./turn.js";

const NOBODY: Metadata = new Map();
const NO_ID = Buffer.alloc(0);
/** Messages that wait to be read have no more frames than so, and one message's: empty ones take memory, too. */
const MOST_FRAMES = 65_536;

/** What a pipe asks of the socket it belongs to. */
export interface PipeOwner {
  readonly type: SocketType;
  /** Whether messages are taken as they come. */
  readonly reading: boolean;
  readActivated(pipe: Pipe): void;
  writeActivated(pipe: Pipe): void;
  pipeTerminated(pipe: Pipe): void;
  /** Messages wait for a peer that is not there, or does not read. Told again as more are written. */
  backlog(pipe: Pipe): void;
  /** The messages that waited have left, or will not leave any more. */
  relieved(pipe: Pipe): void;
  /** All has left. */
  emptied(): void;
  /** It reads no more from the peer, as messages are taken as they come: to be settled when they are not any more. */
  held(pipe: RemotePipe): void;
}

/** How much a pipe holds. */
export interface PipeLimits {
  /** How many messages wait to be sent; 0 for any number. ZMQ_SNDHWM */
  readonly sendHighWaterMark: number;
  /** How many that were received wait to be read; 0 for any number. ZMQ_RCVHWM */
  readonly receiveHighWaterMark: number;
  /** Only the newest message is kept, each way. ZMQ_CONFLATE */
  readonly conflate: boolean;
}

/**
 * A peer at the other end of a connection. What is sent waits here, up to the high-water mark, until the
 * connection is there and the system takes it; what is received stays in its bytes until it is read.
 */
export class RemotePipe implements Pipe, Receiver {
  peer: Metadata = NOBODY;
  readonly #owner: PipeOwner;
  readonly #limits: PipeLimits;
  readonly #givenUp: () => void;
  /** Whether messages have to have a form. */
  readonly #checks: boolean;
  readonly #out = new Backlog<Outgoing | Encoded>();
  /** How many messages are in it. */
  #waiting = 0;
  readonly #in = new Backlog<Message>();
  /** How many frames are in it. */
  #frames = 0;
  #session: Connection | undefined;
  /** The peer will not come back. */
  #gone = false;
  #terminated = false;
  /** It takes nothing more, and ends when all has left. */
  #retired = false;
  #scheduled = false;
  /** How many messages the session was given since it has written last. */
  #added = 0;
  /** What it takes part in. */
  #broadcast: Broadcast | undefined;
  /** `backlog` was told, and `relieved` was not. */
  #waits = false;
  /** The socket type is saying what the peer has to know before anything else. */
  #introducing = false;
  /** A message was refused, or would have been: who writes is to be told when there is room. */
  #full = false;
  /** A message was read since `settle` has looked last. */
  #read = false;
  /** `settle` is to look again. */
  #unsettled = false;
  /** `read` has given nothing: who reads is to be told when there is something. */
  #starved = true;

  /** @param givenUp told when the socket has given it up */
  constructor(owner: PipeOwner, limits: PipeLimits, givenUp = (): void => undefined) {
    this.#givenUp = givenUp;
    this.#owner = owner;
    this.#checks = owner.type.malformed !== undefined;
    this.#limits = limits;
  }

  get routingId(): Buffer {
    return this.peer.get("identity") ?? NO_ID;
  }

  /** Whether the peer has gone for good: what it has sent can still be read. */
  get gone(): boolean {
    return this.#gone;
  }

  /** Whether the socket has ended it, or was told of its end. */
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

  /** How many messages it would take. */
  get #room(): number {
    this.#broadcast?.cut(); // those count, too
    if (this.#gone || this.#retired) return 0;
    const { sendHighWaterMark, conflate } = this.#limits;
    if (sendHighWaterMark === 0 || conflate) return Number.POSITIVE_INFINITY;
    return sendHighWaterMark - this.#waiting - this.#added;
  }

  write(message: Outgoing): boolean {
    if (!this.#hasRoom()) {
      if (!this.#gone) this.#flush();
      if (!this.writable) return false;
    }
    const session = this.#session;
    if (session?.idle && this.#out.size === 0 && !this.#limits.conflate) {
      // It becomes bytes at once, and need not be kept until the end of the turn.
      session.add(message);
      this.#added += 1;
      if (session.pending >= BATCH) this.#flush();
    } else {
      if (this.#limits.conflate) this.#clear();
      this.#out.push(message);
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
    if (!this.#introducing) this.#flush();
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
      // Who reads may stop here, and the session would not hear of the peer's end.
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
    if (this.#limits.conflate) this.#forget();
    this.#in.push(message);
    this.#frames += message.length;
  }

  #forget(): void {
    this.#in.clear();
    this.#frames = 0;
  }

  /** The next message out of what has come; undefined where there is none, or the peer sends what it must not. */
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

  /** The socket type has heard of the peer, and said what it has to: subscriptions go before messages. */
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
   * What has come is not read to the end. Where somebody reads, nothing more is taken from the peer until it
   * is: messages are made when they are asked for. Else they are made now, up to the high-water mark.
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

  /** Looks again in a while: who reads may read on, or not. */
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
   * The connection has ended. What has come is still there to be read.
   * @param gone whether the peer will not be back
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

  /** Gives the session what has waited longest. */
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
    while (session.idle) {
      while (this.#out.size > 0 && session.pending < BATCH) this.#addNext(session);
      if (!session.flush() || this.#out.size === 0) break;
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
