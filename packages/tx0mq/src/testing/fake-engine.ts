import type {
  ContextOptions,
  Engine,
  EngineContext,
  EngineSink,
  EngineSocket,
  Frame,
  MessageMeta,
} from "../engine/engine.js";
import type { SocketTypeName } from "../socket-type.js";

/** An engine in memory, driven by the test: it takes sends at once and hands messages over in batches. */
export class FakeEngine implements Engine {
  readonly zmqVersion = "0.0.0";
  readonly sockets: FakeSocket[] = [];
  readonly contexts: ContextOptions[] = [];
  released = 0;

  /** The socket that was made last. */
  get socket(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (socket === undefined) throw new Error("no socket was made");
    return socket;
  }

  has(): boolean {
    return false;
  }

  createContext(options: ContextOptions): EngineContext {
    this.contexts.push(options);
    return {
      createSocket: (type, socketOptions, sink) => {
        const socket = new FakeSocket(type, socketOptions, sink);
        this.sockets.push(socket);
        return socket;
      },
      release: () => {
        this.released += 1;
      },
    };
  }
}

export class FakeSocket implements EngineSocket {
  readonly type: SocketTypeName;
  readonly options: Readonly<Record<string, unknown>>;
  readonly sink: EngineSink;

  /** The messages that were sent, as they were handed down. */
  readonly sent: (Frame | readonly Frame[])[] = [];
  /** Of each message, how many of the first frames no other code has. */
  readonly owned: number[] = [];
  /** Takes no message until it is emptied. */
  full = false;
  /** The calls of its methods, in order. */
  readonly calls: string[] = [];
  /** How many peers it says there are. */
  peerCount?: number;
  /** The linger with which it was closed. */
  linger: number | undefined;

  readonly #inbox: Buffer[][] = [];
  #reading = false;
  #waiting: (() => void)[] = [];

  constructor(type: SocketTypeName, options: Readonly<Record<string, unknown>>, sink: EngineSink) {
    this.type = type;
    this.options = options;
    this.sink = sink;
  }

  get readable(): boolean {
    return this.#inbox.length > 0;
  }

  get writable(): boolean {
    return !this.full;
  }

  /** Sets the number of peers. */
  setPeers(count: number): void {
    this.peerCount = count;
    this.sink.peersChanged();
  }

  /** How many messages have arrived and were not taken. */
  get unread(): number {
    return this.#inbox.length;
  }

  bind(address: string): string {
    this.calls.push(`bind ${address}`);
    return address;
  }

  connect(address: string): void {
    this.calls.push(`connect ${address}`);
  }

  remove(address: string): void {
    this.calls.push(`remove ${address}`);
  }

  setOption(name: string, value: unknown): void {
    this.calls.push(`set ${name} ${String(value)}`);
  }

  joinGroup(group: string): void {
    this.calls.push(`join ${group}`);
  }

  leaveGroup(group: string): void {
    this.calls.push(`leave ${group}`);
  }

  monitor(): void {
    this.calls.push("monitor");
  }

  send(frames: Frame | readonly Frame[], meta?: MessageMeta): Promise<void> | undefined {
    if (!this.full) {
      this.sent.push(frames);
      this.owned.push(meta?.owned ?? 0);
      return undefined;
    }
    return Promise.resolve().then(() => this.sink.full());
  }

  whenWritable(): Promise<void> {
    if (!this.full) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Makes room. */
  empty(): void {
    this.full = false;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  read(): void {
    this.#reading = true;
    // Never call the sink within a call from above.
    if (this.#inbox.length > 0) queueMicrotask(() => this.#deliver());
  }

  /** Messages arrive all at once. */
  arrive(messages: readonly Buffer[][]): void {
    for (const message of messages) this.#inbox.push(message);
    this.#deliver();
  }

  #deliver(): void {
    if (!this.#reading || !this.sink.wantsMore()) return;
    let taken = 0;
    for (const message of this.#inbox) {
      taken += 1;
      this.#reading = this.sink.received(message, undefined);
      if (!this.#reading) break;
    }
    this.#inbox.splice(0, taken);
  }

  async close(linger: number): Promise<void> {
    this.linger = linger;
    this.calls.push("close");
  }
}
