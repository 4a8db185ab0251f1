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
import {
  Context,
  context,
  Proxy as NativeProxy,
  curveKeyPair as nativeCurveKeyPair,
  Socket,
  version,
} from "zeromq";
import {
  endpointError,
  errnoOf,
  socketError,
  ZmqClosedError,
  ZmqOptionError,
  ZmqStateError,
} from "../errors.js";
import { type OptionEntry, optionEntry } from "../options.js";
import { SOCKET_TYPES, type SocketTypeName } from "../socket-type.js";
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

const EVENTS = 15;
const POLLIN = 1;
const POLLOUT = 2;
const LINGER = 17;
const RCVTIMEO = 27;
const SNDTIMEO = 28;
const SUBSCRIBE = 6;
const UNSUBSCRIBE = 7;
const RUNTIME_OPTIONS: Readonly<Record<string, OptionEntry>> = {
  subscribe: { id: SUBSCRIBE, kind: "bytes" },
  unsubscribe: { id: UNSUBSCRIBE, kind: "bytes" },
};

const NO_FRAMES: readonly Frame[] = [];
/** After so many messages in a row the event loop gets a turn; the binding keeps to the same. */
const BURST = 512;
/** So many messages in a row have to be there at once for the engine to stop waiting for each. */
const STREAK = 4;
const LONGEST_STREAK = 256;

/**
 * While a send waits, the engine looks at the socket after so many ms. The binding itself swallows a
 * signal where one comes between its looks for a waiting receive and for a waiting send.
 */
const LOOK_AGAIN = 500;
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

class ZeromqSocket implements EngineSocket {
  readonly native: NativeSocket;
  readonly #type: SocketTypeName;
  readonly #sink: EngineSink;
  /** PUB, REP and ROUTER drop what they cannot deliver, unless told not to. */
  readonly #neverRefuses: boolean;
  readonly #sendsMeta: boolean;
  readonly #receivesMeta: boolean;
  #closed: Promise<void> | undefined;
  #ended: Promise<void> | undefined;

  #outgoing: Frame | readonly Frame[] = NO_FRAMES;
  #outgoingMeta: MessageMeta | undefined;
  #room: Promise<void> | undefined;
  #awaitsRoom = false;

  #reading = false;
  /** Messages keep coming: receive without waiting. */
  #draining = false;
  #timeout = -1;
  #burst = 0;
  #streak = 0;
  #streakWanted = STREAK;
  #drained = 0;
  /** Receives that waited, and those of them whose microtask has passed since. */
  #issued = 0;
  #passed = 0;

  constructor(
    type: SocketTypeName,
    zmqContext: Context,
    options: Readonly<Record<string, unknown>>,
    sink: EngineSink,
  ) {
    this.#type = type;
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
  }

  // Addresses and options ---------------------------------------------------------------------

  bind(address: string): string {
    try {
      this.native.bindSync(address);
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
    } catch (error) {
      throw endpointError(error, address);
    } finally {
      this.#rouse();
    }
  }

  remove(address: string): void {
    try {
      this.native.disconnect(address); // zmq_unbind and zmq_disconnect are one and the same
    } catch (error) {
      throw endpointError(error, address);
    } finally {
      this.#rouse();
    }
  }

  setOption(name: string, value: unknown): void {
    const entry = RUNTIME_OPTIONS[name] ?? optionEntry(this.#type, name, value);
    try {
      this.native.set(entry, value);
    } catch (error) {
      if (errnoOf(error) !== "EINVAL") throw socketError(error, `cannot set ${name}`);
      throw new ZmqOptionError(name, `libzmq does not take ${String(value)}`, "EINVAL");
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

  get readable(): boolean {
    if (this.#reading || this.#closed) return false; // what arrives is on its way to the sink
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
    if (!(this.#reading || this.#awaitsRoom) || this.#closed) return;
    const awaited = (this.#reading ? POLLIN : 0) | (this.#awaitsRoom ? POLLOUT : 0);
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
    this.#sink.sent();
  };

  readonly #refused = (error: unknown): Promise<void> => {
    if (errnoOf(error) === "EAGAIN") {
      return this.#sendLater(this.#outgoing, this.#outgoingMeta);
    }
    this.#sink.sent();
    throw socketError(error, "cannot send");
  };

  async #sendLater(frames: Frame | readonly Frame[], meta: MessageMeta | undefined): Promise<void> {
    try {
      for (let pause = 1; ; pause = Math.min(2 * pause, 32)) {
        await this.whenWritable();
        try {
          return await this.#give(frames, meta);
        } catch (error) {
          if (errnoOf(error) !== "EAGAIN") throw error;
        }
        // The socket is writable but this message is refused: one peer of a mandatory ROUTER, one
        // subscriber of an XPUB that may not drop, is full. No event tells when it no longer is.
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    } catch (error) {
      throw socketError(error, "cannot send");
    } finally {
      this.#sink.sent();
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
    if (this.#reading && (events & POLLIN) !== 0) void this.#give(NO_FRAMES, undefined);
    return (events & POLLOUT) !== 0;
  }

  /** Whether the binding waits for something on the socket. */
  get waiting(): boolean {
    return this.#reading || this.#room !== undefined;
  }

  // Receiving ---------------------------------------------------------------------------------

  read(): void {
    if (this.#reading || this.#closed) return;
    this.#reading = true;
    this.#receive();
  }

  readonly #receive = (): void => {
    if (this.#closed) return;
    if (++this.#burst > BURST) {
      setImmediate(this.#readOn);
      return;
    }
    const timeout = this.#draining ? 0 : this.#sink.patience();
    if (timeout !== this.#timeout) {
      this.#timeout = timeout;
      this.native.setNumber(RCVTIMEO, timeout);
    }
    this.native.receive().then(this.#arrived, this.#nothing);
    if (!this.#draining) {
      this.#issued += 1;
      queueMicrotask(this.#pass);
      if (this.#awaitsRoom) this.#rouse();
    }
  };

  /** After a turn of the event loop. */
  readonly #readOn = (): void => {
    this.#burst = 0;
    this.#reading = false;
    if (!this.#closed && this.#sink.wants()) this.read();
  };

  /** Runs after `#arrived` where the message was there at once, and before it where it was not. */
  readonly #pass = (): void => {
    this.#passed += 1;
  };

  readonly #arrived = (message: unknown[]): void => {
    if (this.#draining) this.#drained += 1;
    else if (this.#passed === this.#issued) {
      this.#streak = 0;
      this.#burst = 0;
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

  async #close(linger: number): Promise<void> {
    if (this.native.closed) return this.#ended; // its proxy has closed it
    this.native.setNumber(LINGER, linger);
    // The monitor ends when the socket is gone for good: ports free, messages sent or given up.
    // Where libzmq has no socket left for a monitor, the end goes unseen.
    this.monitor();
    this.native.close();
    await this.#ended;
  }
}

const NO_META: MessageMeta = { routingId: 0, group: "" };

class ZeromqContext implements EngineContext {
  readonly #context: Context;
  readonly #pool: Context[] | undefined;

  constructor(zmqContext: Context, pool?: Context[]) {
    this.#context = zmqContext;
    this.#pool = pool;
  }

  createSocket(
    type: SocketTypeName,
    options: Readonly<Record<string, unknown>>,
    sink: EngineSink,
  ): ZeromqSocket {
    return new ZeromqSocket(type, this.#context, options, sink);
  }

  release(): void {
    this.#pool?.push(this.#context);
  }
}

class ZeromqProxy implements EngineProxy {
  readonly ended: Promise<void>;
  readonly #proxy: NativeProxy;

  constructor(frontend: ZeromqSocket, backend: ZeromqSocket) {
    if (frontend.waiting || backend.waiting) {
      throw new ZmqStateError("a receive that was given up still waits on the socket");
    }
    // Their monitors tell when the sockets are gone, which the proxy closes by itself.
    frontend.monitor();
    backend.monitor();
    this.#proxy = new NativeProxy(frontend.native, backend.native);
    this.ended = this.#proxy.run();
  }

  pause(): void {
    this.#proxy.pause();
  }

  resume(): void {
    this.#proxy.resume();
  }

  stop(): void {
    this.#proxy.terminate();
  }
}

/**
 * Contexts that a factory has given back. The binding ends a context only when the process ends, so
 * an unused one is kept for the next factory that asks for the same.
 */
const pools = new Map<string, Context[]>();

export const zeromqEngine: Engine = {
  zmqVersion: version,
  curveKeyPair: nativeCurveKeyPair,

  createContext({ ioThreads, maxSockets, shared }: ContextOptions): EngineContext {
    if (shared) return new ZeromqContext(context);
    const key = `${ioThreads} ${maxSockets}`;
    const pool = pools.get(key) ?? [];
    pools.set(key, pool);
    return new ZeromqContext(
      pool.pop() ??
        new Context({
          ...(ioThreads === undefined ? {} : { ioThreads }),
          ...(maxSockets === undefined ? {} : { maxSockets }),
        }),
      pool,
    );
  },

  proxy(frontend: EngineSocket, backend: EngineSocket): EngineProxy {
    return new ZeromqProxy(frontend as ZeromqSocket, backend as ZeromqSocket);
  },
};
