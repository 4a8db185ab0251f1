/**
 * The engine on the `zeromq` package: the one module that imports it.
 *
 * How it drives the binding, and why:
 *
 * - The binding's `send()` and `receive()` ask libzmq for the socket's events first, which is a
 *   system call, unless their time-out is 0. So messages are sent and, while they keep coming,
 *   received with a time-out of 0; only when libzmq has said EAGAIN does the engine wait.
 * - A message without frames sends nothing, but waits until the socket is writable and afterwards
 *   looks whether it is readable. The engine waits for room with it, and recovers wake-ups with it.
 * - libzmq signals a change once. Whatever looks at the socket on the side (its events, bind, connect,
 *   the begin of another wait) may swallow the signal that a waiting receive or send needs: `#rouse`
 *   makes up for that.
 */
import { randomUUID } from "node:crypto";
import { isMainThread } from "node:worker_threads";
import {
  Context,
  context,
  Proxy as NativeProxy,
  curveKeyPair as nativeCurveKeyPair,
  type Observer,
  Socket,
  version,
} from "zeromq";
import {
  endpointError,
  errnoOf,
  socketError,
  ZmqAddressInUseError,
  ZmqClosedError,
  type ZmqError,
  ZmqOptionError,
  ZmqStateError,
} from "../errors.js";
import { toBuffer } from "../frames.js";
import { type OptionEntry, optionEntry } from "../options.js";
import { RECEIVE_ONLY, SOCKET_TYPES, type SocketTypeName } from "../socket-type.js";
import type {
  ContextOptions,
  Engine,
  EngineContext,
  EngineEvent,
  EngineProxy,
  EngineSink,
  EngineSocket,
  Frame,
  MessageMeta,
} from "./engine.js";
import { Inproc, type InprocSocket } from "./inproc.js";
import { listensAt } from "./ipc.js";
import { hasTime, nextTurn } from "./turn.js";

const EVENTS = 15;
const POLLIN = 1;
const POLLOUT = 2;
const LINGER = 17;
const RCVHWM = 24;
const RCVTIMEO = 27;
const SNDTIMEO = 28;
const SUBSCRIBE = 6;
const UNSUBSCRIBE = 7;
const RUNTIME_OPTIONS: ReadonlyMap<string, OptionEntry> = new Map([
  ["subscribe", { id: SUBSCRIBE, kind: "bytes" }],
  ["unsubscribe", { id: UNSUBSCRIBE, kind: "bytes" }],
]);

const NO_FRAMES: readonly Frame[] = [];
/** So many messages in a row have to be there at once for the engine to stop waiting for each. */
const STREAK = 4;
const LONGEST_STREAK = 256;

/**
 * While a send waits, the engine looks at the socket after so many ms. The binding itself swallows a
 * signal where one comes between its looks for a waiting receive and for a waiting send.
 */
const LOOK_AGAIN = 500;
/** How long libzmq may need to close sockets, in ms. */
const TIME_TO_CLOSE = 50;
/** An address that no user connects to and nobody listens at (see `#knock`). */
const NOWHERE = "tcp://127.0.0.1:0;127.0.0.1:1";

/** A socket of any type, with the methods that the binding has for all and types for some. */
class NativeSocket extends Socket {
  declare send: (frames: unknown, meta?: MessageMeta) => Promise<void>;
  declare receive: () => Promise<unknown[]>;
  declare join: (group: string) => void;
  declare leave: (group: string) => void;

  constructor(type: SocketTypeName, zmqContext: Context) {
    super(SOCKET_TYPES[type] as number, { context: zmqContext });
  }

  set(entry: OptionEntry, value: unknown): void {
    switch (entry.kind) {
      case "bool":
        this.setBoolOption(entry.id, value as boolean);
        break;
      case "int32":
        this.setInt32Option(entry.id, value as number);
        break;
      case "int64":
        this.setInt64Option(entry.id, value as number);
        break;
      case "uint64":
        this.setUint64Option(entry.id, value as number);
        break;
      case "bytes":
        this.setStringOption(entry.id, typeof value === "string" ? value : asBuffer(value));
    }
  }

  setNumber(option: number, value: number): void {
    this.setInt32Option(option, value);
  }

  getNumber(option: number): number {
    return this.getInt32Option(option);
  }
}

function asBuffer(value: unknown): Buffer {
  const { buffer, byteOffset, byteLength } = value as Uint8Array;
  return Buffer.from(buffer, byteOffset, byteLength);
}

/**
 * The open sockets of a worker thread. Where one still waits for something when its thread exits, the
 * binding would take the whole process down; a thread that is terminated leaves no chance to prevent it.
 */
const openInThread = new Set<ZeromqSocket>();
if (!isMainThread) {
  process.once("exit", () => {
    const sockets = [...openInThread];
    for (const socket of sockets) socket.drop();
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, TIME_TO_CLOSE);
    for (const socket of sockets) socket.dropObserver();
  });
}

class ZeromqSocket implements EngineSocket, InprocSocket {
  readonly native: NativeSocket;
  readonly #type: SocketTypeName;
  readonly #sink: EngineSink;
  /** PUB, REP and ROUTER drop what they cannot deliver, unless told not to. */
  readonly #neverRefuses: boolean;
  readonly #sendsMeta: boolean;
  readonly #receivesMeta: boolean;
  readonly #inproc: Inproc;
  /** The inproc addresses that it has bound and connected to, each once, whether it still is or not. */
  readonly inprocAddresses: string[] = [];
  /** Whether it has bound or connected to anything else. */
  #beyondInproc = false;
  /** Whether a proxy uses it, in another thread. */
  #lent = false;
  /** Waits until libzmq deals with what its proxy has closed. */
  #reaped: (() => Promise<void>) | undefined;
  #observer: Observer | undefined;
  #closed: Promise<void> | undefined;
  #ended: Promise<void> | undefined;

  #outgoing: Frame | readonly Frame[] = NO_FRAMES;
  #outgoingMeta: MessageMeta | undefined;
  #room: Promise<void> | undefined;
  #awaitsRoom = false;

  /** Reads: the binding waits for a message, or one is being handled, or the next turn is to go on. */
  #reading = false;
  /** Reads, but asks the binding only in the next turn. */
  #deferred = false;
  /** Messages keep coming: receive without waiting. */
  #draining = false;
  #timeout = -1;
  #streak = 0;
  #streakWanted = STREAK;
  #drained = 0;
  /** Receives that waited, and those of them whose microtask has passed since. */
  #issued = 0;
  #passed = 0;

  constructor(
    type: SocketTypeName,
    zmqContext: Context,
    inproc: Inproc,
    options: Readonly<Record<string, unknown>>,
    sink: EngineSink,
  ) {
    this.#type = type;
    this.#inproc = inproc;
    this.#sink = sink;
    this.#sendsMeta = type === "SERVER" || type === "RADIO";
    this.#receivesMeta = type === "SERVER" || type === "DISH";
    this.#neverRefuses =
      type === "REP" ||
      ((type === "PUB" || type === "XPUB") && options.noDrop !== true) ||
      (type === "ROUTER" && options.mandatory !== true) ||
      type === "RADIO";
    try {
      this.native = new NativeSocket(type, zmqContext);
    } catch (error) {
      throw socketError(error, `cannot open a ${type} socket`);
    }
    try {
      this.native.setNumber(SNDTIMEO, 0);
      for (const [name, value] of Object.entries(options)) this.setOption(name, value);
    } catch (error) {
      this.native.close();
      throw error;
    }
    if (!isMainThread) openInThread.add(this);
  }

  // Addresses and options ---------------------------------------------------------------------

  bind(address: string): string {
    try {
      if (listensAt(address)) throw new ZmqAddressInUseError(address, "EADDRINUSE");
      this.native.bindSync(address);
      if (this.#use(address)) this.#inproc.bound(address, this);
      const bound = this.native.lastEndpoint ?? address;
      return bound.includes("://") ? bound : `udp://${bound}`; // which libzmq leaves out
    } catch (error) {
      throw endpointError(error, address);
    } finally {
      this.#rouse();
    }
  }

  connect(address: string): void {
    try {
      this.native.connect(address);
      if (this.#use(address)) this.#inproc.connected(address, this);
    } catch (error) {
      throw endpointError(error, address);
    } finally {
      this.#rouse();
    }
  }

  /** Remembers an address. @returns whether it is one of inproc */
  #use(address: string): boolean {
    if (!address.startsWith("inproc://")) {
      this.#beyondInproc = true;
      return false;
    }
    if (!this.inprocAddresses.includes(address)) this.inprocAddresses.push(address);
    return true;
  }

  remove(address: string): void {
    try {
      this.native.disconnect(address); // zmq_unbind and zmq_disconnect are one and the same
      this.#inproc.unbound(address, this);
    } catch (error) {
      throw endpointError(error, address);
    } finally {
      this.#rouse();
    }
  }

  setOption(name: string, value: unknown): void {
    const entry = RUNTIME_OPTIONS.get(name) ?? optionEntry(this.#type, name, value);
    try {
      this.native.set(entry, value);
    } catch (error) {
      if (errnoOf(error) !== "EINVAL") throw socketError(error, `cannot set ${name}`);
      throw new ZmqOptionError(
        name,
        `libzmq does not take ${typeof value === "number" ? value : "the value"}`,
        "EINVAL",
      );
    }
  }

  joinGroup(group: string): void {
    this.#group("join", group);
  }

  leaveGroup(group: string): void {
    this.#group("leave", group);
  }

  #group(change: "join" | "leave", group: string): void {
    try {
      this.native[change](group);
    } catch (error) {
      throw socketError(error, `cannot ${change} the group ${JSON.stringify(group)}`);
    }
  }

  // State -------------------------------------------------------------------------------------

  get type(): SocketTypeName {
    return this.#type;
  }

  get canBeProxied(): boolean {
    const { type } = this;
    return (
      this.#neverRefuses ||
      RECEIVE_ONLY.has(type) ||
      type === "XSUB" ||
      type === "PUSH" ||
      type === "DEALER"
    );
  }

  get readable(): boolean {
    if (this.#awaitsMessage || this.#closed) return false; // what arrives is on its way to the sink
    const { readable } = this.native;
    this.#rouse();
    return readable;
  }

  get writable(): boolean {
    if (this.#room !== undefined || this.#closed) return false; // else the wait were over
    const { writable } = this.native;
    this.#rouse();
    return writable;
  }

  /** Wakes a waiting receive or send whose signal has been swallowed. */
  #rouse(): void {
    const awaitsMessage = this.#awaitsMessage;
    if (!(awaitsMessage || this.#awaitsRoom) || this.#closed) return;
    const awaited = (awaitsMessage ? POLLIN : 0) | (this.#awaitsRoom ? POLLOUT : 0);
    if ((this.native.getNumber(EVENTS) & awaited) === 0) return;
    if (this.#awaitsRoom) this.#knock();
    else void this.#give(NO_FRAMES, undefined);
  }

  /**
   * While a send waits nothing can be asked of the binding that would wake it. A connection that is
   * opened and given up again brings a signal from the I/O thread, which wakes whatever waits.
   */
  #knock(): void {
    const linger = this.native.getNumber(LINGER);
    this.native.setNumber(LINGER, 0);
    try {
      this.native.connect(NOWHERE);
      this.native.disconnect(NOWHERE);
    } catch {
      // A type that cannot connect (DGRAM): the next look comes in time.
    }
    this.native.setNumber(LINGER, linger);
  }

  // Sending -----------------------------------------------------------------------------------

  send(frames: Frame | readonly Frame[], meta?: MessageMeta): Promise<void> | undefined {
    if (this.#room !== undefined) return this.#sendLater(frames, meta);
    if (this.#neverRefuses) {
      void this.#give(frames, meta);
      return undefined;
    }
    this.#outgoing = frames;
    this.#outgoingMeta = meta;
    return this.#give(frames, meta).then(this.#taken, this.#refused);
  }

  #give(frames: Frame | readonly Frame[], meta: MessageMeta | undefined): Promise<void> {
    return this.#sendsMeta ? this.native.send(frames, meta ?? NO_META) : this.native.send(frames);
  }

  readonly #taken = (): void => {
    this.#sink.sent(true);
  };

  readonly #refused = (error: unknown): Promise<void> => {
    if (errnoOf(error) === "EAGAIN") {
      return this.#sendLater(this.#outgoing, this.#outgoingMeta);
    }
    this.#sink.sent(false);
    throw sendError(error, this.#outgoing, this.#outgoingMeta);
  };

  async #sendLater(frames: Frame | readonly Frame[], meta: MessageMeta | undefined): Promise<void> {
    try {
      for (let pause = 1; ; pause = Math.min(2 * pause, 32)) {
        await this.whenWritable();
        try {
          await this.#give(frames, meta);
          this.#sink.sent(true);
          return;
        } catch (error) {
          if (errnoOf(error) !== "EAGAIN") throw error;
        }
        // The socket is writable but this message is refused: one peer of a mandatory ROUTER, one
        // subscriber of an XPUB that may not drop, is full. No event tells when it no longer is.
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    } catch (error) {
      this.#sink.sent(false);
      throw sendError(error, frames, meta);
    }
  }

  whenWritable(): Promise<void> {
    this.#room ??= this.#waitForRoom();
    return this.#room;
  }

  async #waitForRoom(): Promise<void> {
    this.#awaitsRoom = true;
    do {
      if (this.#closed) throw new ZmqClosedError("the connection");
      this.native.setNumber(SNDTIMEO, LOOK_AGAIN);
      const woken = this.#give(NO_FRAMES, undefined);
      this.native.setNumber(SNDTIMEO, 0);
      this.#rouse();
      await woken;
    } while (!this.#closed && !this.#hasRoom());
    this.#awaitsRoom = false;
    this.#room = undefined;
    if (this.#closed) throw new ZmqClosedError("the connection");
  }

  #hasRoom(): boolean {
    const events = this.native.getNumber(EVENTS);
    if (this.#awaitsMessage && (events & POLLIN) !== 0) void this.#give(NO_FRAMES, undefined);
    return (events & POLLOUT) !== 0;
  }

  touch(): boolean {
    // Where the binding waits for messages it looks by itself, and there are none.
    if (this.#closed || this.#awaitsMessage) return false;
    if (this.#lent || this.waiting) return true;
    const { native } = this;
    // When it is not their turn to receive, REQ and REP do not look.
    return (
      (native.getNumber(EVENTS) & POLLIN) !== 0 || this.#type === "REQ" || this.#type === "REP"
    );
  }

  /** Gives the socket to a proxy, which uses it in another thread. */
  lend(): void {
    this.#lent = true;
    // The proxy closes it by itself; the monitor tells when it is gone (see #close).
    if (this.#beyondInproc) this.monitor();
    // Sockets are dealt with in the order in which they were closed, so one that ends tells of another.
    const zmqContext = this.native.context;
    this.#reaped = () =>
      new ZeromqSocket("PAIR", zmqContext, this.#inproc, {}, this.#sink).close(0);
  }

  /** Whether the binding waits for something on the socket. */
  get waiting(): boolean {
    return this.#awaitsMessage || this.#room !== undefined;
  }

  /** Whether a receive may wait in the binding. */
  get #awaitsMessage(): boolean {
    return this.#reading && !this.#deferred;
  }

  // Receiving ---------------------------------------------------------------------------------

  read(): void {
    if (this.#reading || this.#closed) return;
    this.#reading = true;
    this.#receive();
  }

  readonly #receive = (): void => {
    if (hasTime()) this.#receiveOne();
    else {
      this.#deferred = true;
      nextTurn(this.#readOn);
    }
  };

  #receiveOne(): void {
    if (this.#closed) return;
    const timeout = this.#draining ? 0 : this.#sink.patience();
    if (timeout !== this.#timeout) {
      this.#timeout = timeout;
      this.native.setNumber(RCVTIMEO, timeout);
    }
    this.native.receive().then(this.#arrived, this.#nothing);
    if (!this.#draining) {
      this.#issued += 1;
      queueMicrotask(this.#pass);
    }
  }

  /** In the next turn of the event loop, or a later one. */
  readonly #readOn = (): void => {
    this.#deferred = false;
    this.#reading = !this.#closed && this.#sink.wants();
    if (this.#reading) this.#receiveOne();
  };

  /** Runs after `#arrived` where the message was there at once, and before it where it was not. */
  readonly #pass = (): void => {
    this.#passed += 1;
    // A receive that waits has looked at the socket; one that does not lets the binding look for the send.
    if (!this.#awaitsRoom || this.#passed !== this.#issued || this.#draining) return;
    if (this.#awaitsMessage) this.#rouse();
  };

  readonly #arrived = (message: unknown[]): void => {
    if (this.#draining) this.#drained += 1;
    else if (this.#passed === this.#issued) {
      this.#streak = 0;
    } else if (++this.#streak >= this.#streakWanted) {
      this.#streak = 0;
      this.#drained = 0;
      this.#draining = true;
    }
    const meta = this.#receivesMeta ? (message.pop() as MessageMeta) : undefined;
    if (this.#sink.received(message as Buffer[], meta)) this.#receive();
    else this.#reading = false;
  };

  readonly #nothing = (error: unknown): void => {
    const errno = errnoOf(error);
    this.#reading = false;
    // A type that only sends has nothing to read (see #rouse).
    if (this.#closed || errno === "EOPNOTSUPP" || errno === "ENOTSUP") return;
    if (errno !== "EAGAIN" && errno !== "EFSM") {
      this.#sink.failed(socketError(error, "cannot receive"));
      return;
    }
    if (this.#draining) {
      // EAGAIN is dear: where the runs are short, wait for longer streaks before the next one.
      this.#draining = false;
      this.#streakWanted =
        this.#drained > 64 ? STREAK : Math.min(2 * this.#streakWanted, LONGEST_STREAK);
    }
    if (this.#sink.wants()) this.read();
    else if (this.#awaitsRoom) this.#rouse();
  };

  // Monitor and end ---------------------------------------------------------------------------

  monitor(): void {
    this.#ended ??= this.#observe().catch((error: unknown) => {
      if (!this.#closed) this.#sink.failed(socketError(error, "cannot monitor the socket"));
    });
  }

  async #observe(): Promise<void> {
    const observer = this.native.events;
    this.#observer = observer;
    for (;;) {
      const event = (await observer.receive()) as EngineEvent;
      if (event.type === "end") return;
      if (event.address !== NOWHERE) this.#sink.event(event);
    }
  }

  close(linger: number): Promise<void> {
    this.#closed ??= this.#close(linger);
    return this.#closed;
  }

  /** Frees the names that it is bound to in inproc, which closing does later. */
  #freeNames(): void {
    for (const address of this.inprocAddresses) {
      if (!this.#inproc.isBound(address, this)) continue;
      this.native.disconnect(address);
      this.#inproc.unbound(address, this); // who connects from now on waits for another
    }
  }

  drop(): void {
    this.#closed ??= Promise.resolve();
    openInThread.delete(this);
    if (this.native.closed) return;
    this.native.setNumber(LINGER, 0);
    this.native.close();
  }

  /** Ends the monitor of a socket that is gone. If it were not, libzmq would wait for the monitor for ever. */
  dropObserver(): void {
    this.#observer?.close();
  }

  async #close(linger: number): Promise<void> {
    const usesInproc = this.inprocAddresses.length > 0;
    if (!this.native.closed) {
      // Else its proxy has closed it.
      if (usesInproc && !(await this.#inproc.leave(this, linger))) return;
      this.native.setNumber(LINGER, linger);
      // The monitor ends when the socket is gone for good: ports free, messages sent or given up.
      // Where libzmq has no socket left for a monitor, the end goes unseen. Where a peer in inproc
      // has not read all, there may be no end, and nothing to wait for either.
      if (this.#beyondInproc || !this.#inproc.touchPeers(this)) this.monitor();
      this.#freeNames();
      this.native.close();
    }
    if (usesInproc) {
      await this.#reaped?.(); // its names are free
      await this.#inproc.parted(this, this.#ended, this.#beyondInproc ? linger : 0);
    } else await this.#ended;
    openInThread.delete(this);
  }
}

/** Translates an error of a send; it may be about the peer that the message was for. */
function sendError(
  error: unknown,
  frames: Frame | readonly Frame[],
  meta: MessageMeta | undefined,
): ZmqError {
  const [first] = Array.isArray(frames) ? (frames as readonly Frame[]) : [frames as Frame];
  const bytes = first === undefined ? undefined : toBuffer(first);
  return socketError(error, "cannot send", meta?.routingId ?? bytes);
}

const NO_META: MessageMeta = { routingId: 0, group: "" };

class ZeromqContext implements EngineContext {
  readonly #context: Context;
  readonly #pool: ZeromqContext[] | undefined;
  readonly #inproc: Inproc;

  constructor(zmqContext: Context, pool?: ZeromqContext[]) {
    this.#context = zmqContext;
    this.#pool = pool;
    this.#inproc = new Inproc((address) => this.#answer(address), pool === undefined);
  }

  createSocket(
    type: SocketTypeName,
    options: Readonly<Record<string, unknown>>,
    sink: EngineSink,
  ): ZeromqSocket {
    return new ZeromqSocket(type, this.#context, this.#inproc, options, sink);
  }

  /** Is bound to an inproc address for a moment. @returns whether that was possible */
  #answer(address: string): boolean {
    try {
      const socket = new NativeSocket("PAIR", this.#context);
      socket.setNumber(LINGER, 0);
      socket.bindSync(address);
      socket.close();
      return true;
    } catch {
      return false;
    }
  }

  release(): void {
    this.#pool?.push(this);
  }
}

/** libzmq 4.3.5 takes these two commands for each other; its successors do not. */
const [PAUSE, RESUME] =
  version === "4.3.5" ? (["resume", "pause"] as const) : (["pause", "resume"] as const);

/**
 * zmq_proxy_steerable in a thread of libuv's pool. It looks once whether it can send, and then passes up
 * to a thousand messages on. In the midst of these a PUSH or a DEALER may run out of room or of peers. The
 * send waits then, as it should, and the proxy is deaf to commands. So each of these has a back door: it
 * is bound to a name that nobody knows. A peer that comes in there takes what holds the proxy up.
 */
class ZeromqProxy implements EngineProxy {
  readonly ended: Promise<void>;
  readonly #proxy: NativeProxy;
  readonly #backDoors: [type: "PULL" | "DEALER", address: string, zmqContext: Context][] = [];
  readonly #guests: NativeSocket[] = [];
  #running = true;

  constructor(frontend: ZeromqSocket, backend: ZeromqSocket) {
    if (frontend.waiting || backend.waiting) {
      throw new ZmqStateError("a receive that was given up still waits on the socket");
    }
    for (const socket of [frontend, backend]) {
      socket.lend();
      socket.native.setNumber(SNDTIMEO, -1);
      if (socket.type !== "PUSH" && socket.type !== "DEALER") continue;
      const address = `inproc://tx0mq-proxy-${randomUUID()}`;
      socket.native.bindSync(address);
      const guest = socket.type === "PUSH" ? "PULL" : "DEALER";
      this.#backDoors.push([guest, address, socket.native.context]);
    }
    this.#proxy = new NativeProxy(frontend.native, backend.native);
    // The end of the process waits for the threads of libuv's pool, so for this one.
    const exit = (): void => {
      this.#proxy.terminate();
      this.#enter();
    };
    process.once("exit", exit);
    this.ended = this.#proxy
      .run()
      .catch((error: unknown) => {
        throw socketError(error, "the proxy failed");
      })
      .finally(() => {
        this.#running = false;
        process.removeListener("exit", exit);
        for (const guest of this.#guests) guest.close();
      });
  }

  pause(): void {
    if (this.#running) this.#proxy[PAUSE]();
  }

  resume(): void {
    if (this.#running) this.#proxy[RESUME]();
  }

  stop(linger: number): void {
    if (!this.#running) return;
    this.#proxy.terminate();
    if (linger < 0) return;
    const timer = setTimeout(() => this.#enter(), linger);
    this.ended.then(
      () => clearTimeout(timer),
      () => clearTimeout(timer),
    );
  }

  #enter(): void {
    for (const [type, address, zmqContext] of this.#backDoors.splice(0)) {
      const guest = new NativeSocket(type, zmqContext);
      this.#guests.push(guest);
      guest.setNumber(LINGER, 0);
      guest.setNumber(RCVHWM, 0);
      guest.connect(address);
    }
  }
}

/**
 * Contexts that a factory has given back. The binding ends a context only when the process ends, so
 * an unused one is kept for the next factory that asks for the same.
 */
const pools = new Map<string, ZeromqContext[]>();
const sharedContext = new ZeromqContext(context);

export const zeromqEngine: Engine = {
  zmqVersion: version,
  curveKeyPair: nativeCurveKeyPair,

  createContext({ ioThreads, maxSockets, shared }: ContextOptions): EngineContext {
    if (shared) return sharedContext;
    const key = `${ioThreads} ${maxSockets}`;
    const pool = pools.get(key) ?? [];
    pools.set(key, pool);
    const used = pool.pop();
    if (used !== undefined) return used;
    const options = {
      ...(ioThreads === undefined ? {} : { ioThreads }),
      ...(maxSockets === undefined ? {} : { maxSockets }),
    };
    return new ZeromqContext(new Context(options), pool);
  },

  proxy(frontend: EngineSocket, backend: EngineSocket): EngineProxy {
    return new ZeromqProxy(frontend as ZeromqSocket, backend as ZeromqSocket);
  },
};
