// Binary Star as a class: a server gives it a socket and a handler of requests, and is one of a pair.

import { EventEmitter } from "node:events";
import {
  type Message,
  type ZmqConnection,
  type ZmqFactory,
  ZmqPubConnection,
  ZmqSubConnection,
} from "tx0mq";
import { type Role, type State, StateMachine } from "../binary-star/fsm.ts";

export interface BinaryStarOptions {
  /** What this server is at first. The other one has to be what this one is not. */
  role: Role;
  /** Endpoint to bind: the other server gets this one's state there. */
  local: string;
  /** Endpoint to connect to: this server gets the other one's state there. */
  remote: string;
  /** How often states are told, in ms; the same for both servers. One that is silent for two may be dead. */
  heartbeat?: number;
  /** Is called with each new state, and why. */
  log?: (what: string) => void;
}

/** Both servers are active, both are passive, or both were started in the same role. */
export class BinaryStarError extends Error {
  override readonly name = "BinaryStarError";
}

/**
 * One server of a high-availability pair. Its events `"active"` and `"passive"` tell what it has become;
 * listeners are called before a request gets to the handler.
 *
 * At most one of the two servers is active, whichever dies, returns, or is frozen for a while, as long as
 * the network between them is whole. Requests that come to the other one are dropped: so clients ask again,
 * at the other server, and a request may be executed twice. The servers share no data.
 */
export class BinaryStar extends EventEmitter<{ active: []; passive: [] }> {
  readonly #heartbeat: number;
  readonly #log: (what: string) => void;
  readonly #publisher: ZmqPubConnection;
  readonly #subscriber: ZmqSubConnection;
  readonly #machine: StateMachine;
  readonly #ended: Promise<void>;
  #fail: (error: BinaryStarError) => void = () => {};

  constructor(
    factory: ZmqFactory,
    { role, local, remote, heartbeat = 1000, log = () => {} }: BinaryStarOptions,
  ) {
    super();
    this.#heartbeat = heartbeat;
    this.#log = log;
    this.#publisher = new ZmqPubConnection(factory, { bind: local });
    this.#subscriber = new ZmqSubConnection(factory, { connect: remote });
    this.#subscriber.subscribe();
    this.#ended = new Promise((resolve, reject) => {
      this.#subscriber.once("close", resolve);
      this.#fail = reject;
    });
    this.#machine = new StateMachine(role, heartbeat, (state, why) => this.#changed(state, why));
  }

  /**
   * Whether this server is the active one right now. Ask before you do what the active server alone may do:
   * one that was frozen says no, before the next event tells what it is.
   */
  get active(): boolean {
    return this.#machine.isActive();
  }

  /**
   * Serves as one of the pair: gives the messages of the socket to the handler while this server is active.
   * What the handler throws is reported, and the server goes on.
   *
   * @param voter the socket that clients ask at. Call it once, with one socket.
   * @returns a promise that resolves when this server is shut down
   * @throws {BinaryStarError} when both servers are in the same state. This one is shut down then, and its
   * socket too: end the program, and see how the two were started.
   */
  async serve(voter: ZmqConnection, handler: (message: Message) => unknown): Promise<void> {
    this.#subscriber.on("message", (message) => this.#machine.hear(message));
    voter.on("message", (message) => (this.#machine.ask() ? handler(message) : undefined));
    const ticks = setInterval(() => this.#tick(), this.#heartbeat / 2);
    try {
      await this.#ended;
    } finally {
      clearInterval(ticks);
      await Promise.all([voter.shutdown(), this.shutdown()]);
    }
  }

  #tick(): void {
    const state = this.#machine.tick();
    if (state !== undefined && !this.#publisher.closed) void this.#publisher.send(state);
  }

  #changed(state: State, why: string): void {
    this.#log(`${state}: ${why}`);
    if (state === "active" || state === "passive") this.emit(state);
    if (state === "error") this.#fail(new BinaryStarError(`fatal error: ${why}`));
  }

  /** Is no longer one of the pair. `serve` resolves. */
  async shutdown(): Promise<void> {
    await Promise.all([this.#publisher.shutdown(), this.#subscriber.shutdown()]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }
}
