import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import type { EngineContext, EngineEvent, EngineSink, EngineSocket, MessageMeta } from "tx0mq";
import { Context } from "../context.js";
import type { SocketTypeName } from "../sockets/types.js";
import { Facts } from "./streams.js";

/** Stands in for a connection of the library: a socket, and all that it reported. */
export class Probe extends Facts implements EngineSink {
  readonly socket: EngineSocket;
  /** Messages that were received: their frames as text. */
  readonly got: string[][] = [];
  readonly events: EngineEvent[] = [];
  readonly failures: Error[] = [];
  /** How many more messages the test wants. */
  wants = Number.POSITIVE_INFINITY;
  wantsForRoom = true;
  /** A call to the socket is running: until it returns, the socket may report nothing. */
  calling = false;
  #taken = 0;

  constructor(
    context: EngineContext,
    type: SocketTypeName,
    options: Readonly<Record<string, unknown>> = {},
  ) {
    super();
    this.socket = context.createSocket(type, { lingerPeriod: 10_000, ...options }, this);
  }

  /** Calls the socket, and fails if it reports something before the call is over. */
  call<T>(run: (socket: EngineSocket) => T): T {
    this.calling = true;
    try {
      return run(this.socket);
    } finally {
      this.calling = false;
    }
  }

  #told(): void {
    if (this.calling) this.failures.push(new Error("told within a call"));
    this.changed();
  }

  // What a test does --------------------------------------------------------------------------

  bind(address: string): string {
    return this.call((socket) => socket.bind(address));
  }

  connect(address: string): void {
    this.call((socket) => socket.connect(address));
  }

  /** Sends a message when there is room for it. */
  async send(...frames: string[]): Promise<void> {
    for (;;) {
      if (!this.socket.writable) await this.socket.whenWritable();
      this.#taken += 1;
      const taken = this.#taken;
      const waits = this.call((socket) => socket.send(frames));
      await waits;
      if (taken === this.#taken) return;
    }
  }

  /** The next message. */
  async next(): Promise<string[]> {
    this.call((socket) => socket.read());
    await this.until(() => this.got.length > 0, "a message");
    return this.got.shift() as string[];
  }

  /** The types of the events so far, but only these. */
  types(...only: string[]): string[] {
    const all = this.events.map(({ type }) => type);
    return only.length === 0 ? all : all.filter((type) => only.includes(type));
  }

  close(linger = 0): Promise<void> {
    return this.call((socket) => socket.close(linger));
  }

  // What the socket tells ---------------------------------------------------------------------

  received(frames: Buffer[], _meta: MessageMeta | undefined): boolean {
    this.wants -= 1;
    this.got.push(frames.map(String));
    this.#told();
    return this.wants > 0;
  }

  wantsMore(): boolean {
    return this.wants > 0;
  }

  hasTime(): boolean {
    return true;
  }

  nextTurn(goOn: () => void): void {
    setImmediate(goOn);
  }

  waitsFor(): number {
    return -1;
  }

  sent(): void {
    this.#told();
  }

  full(): Promise<void> {
    this.#taken += 1; // not taken
    this.#told();
    return Promise.resolve();
  }

  wantsRoom(): boolean {
    return this.wantsForRoom;
  }

  failed(error: Error): void {
    this.failures.push(error);
    this.#told();
  }

  event(event: EngineEvent): void {
    this.events.push(event);
    this.#told();
  }

  peersChanged(): void {
    this.#told();
  }
}

/** A context for a test. @returns a function that makes sockets in it; the test's end closes and checks them */
export function sockets(t: TestContext): (type: SocketTypeName, options?: object) => Probe {
  const context = new Context({ shared: false });
  t.after(() => context.release());
  return (type, options = {}) => {
    const probe = new Probe(context, type, { ...options });
    t.after(async () => {
      await probe.close();
      assert.deepEqual(probe.failures, []);
    });
    return probe;
  };
}
