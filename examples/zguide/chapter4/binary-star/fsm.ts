// Binary Star's finite-state machine, without sockets: a server passes on to it what the other server
// says, that a client asks, and that time goes by.

import { type Message, ZmqProtocolError } from "tx0mq";

export type Role = "primary" | "backup";

/**
 * What a server is. `woken` is a backup that was active and then slept (the process was frozen); `error` is the
 * end. The peer is not told of these two.
 */
export type State = Role | "active" | "passive" | "woken" | "error";

/** What happens to it. A client's request is a vote when the peer has been silent for two heartbeats. */
type Event = `peer ${State}` | "client request" | "client vote" | `${Role} slept`;

/** What servers tell each other, as the numbers 1 to 4. */
const TOLD: readonly State[] = ["primary", "backup", "active", "passive"];

/** What a server becomes, from each state by each event. An event that is not listed changes nothing. */
const TABLE: Record<State, Partial<Record<Event, State>>> = {
  primary: {
    "peer primary": "error",
    "peer backup": "active",
    "peer active": "passive",
    "client vote": "active",
  },
  backup: {
    "peer backup": "error",
    "peer active": "passive",
  },
  active: {
    "peer active": "error",
    "primary slept": "primary",
    "backup slept": "woken",
  },
  passive: {
    "peer primary": "active",
    "peer backup": "active",
    "peer passive": "error",
    "client vote": "active",
  },
  woken: {
    "peer primary": "backup",
    "peer backup": "error",
    "peer active": "passive",
    "peer passive": "backup",
    "client vote": "active",
  },
  error: {},
};

/** Is told of each new state, and of what has led to it. */
export type Changed = (state: State, why: string) => void;

/**
 * One server of the pair. `now` is in ms, of a clock that never goes back.
 *
 * Of the two, at most one replies to clients, whichever dies, returns, or is frozen for a while, as long as
 * the network between them is whole. If it was cut and both are active, both end when they hear each other.
 */
export class StateMachine {
  readonly #role: Role;
  readonly #heartbeat: number;
  readonly #changed: Changed;
  #state: State;
  /** Half heartbeats since the peer was heard. -1 after a sleep: messages that waited meanwhile are too old. */
  #silence = 0;
  #tickedAt: number;
  /** When the peer was last told something: two heartbeats later it may take over. */
  #toldAt: number;

  constructor(role: Role, heartbeat: number, changed: Changed, now = performance.now()) {
    this.#role = role;
    this.#state = role;
    this.#heartbeat = heartbeat;
    this.#changed = changed;
    this.#tickedAt = now;
    this.#toldAt = now;
  }

  get state(): State {
    return this.#state;
  }

  /** To be called twice a heartbeat. @returns what to tell the peer, if anything */
  tick(now = performance.now()): string | undefined {
    this.#noticeSleep(now);
    // A tick that comes late proves no silence: what the peer has said may wait to be read.
    if (now < this.#tickedAt + 0.75 * this.#heartbeat) this.#silence += 1;
    this.#tickedAt = now;
    if (now < this.#toldAt + 0.75 * this.#heartbeat) return undefined;
    this.#toldAt = now;
    const number = TOLD.indexOf(this.#state) + 1;
    return number === 0 ? undefined : `${number}`;
  }

  /**
   * To be called with what the peer has told.
   *
   * @throws {ZmqProtocolError} for what is no state
   */
  hear(message: Message, now = performance.now()): void {
    const state = TOLD.find((_, n) => String(message) === `${n + 1}`);
    if (state === undefined) throw new ZmqProtocolError("a state is 1, 2, 3 or 4", message);
    this.#noticeSleep(now);
    if (this.#silence < 0) return;
    this.#silence = 0;
    this.#apply(`peer ${state}`);
  }

  /** To be called when a client asks. @returns whether this server is the one to reply */
  ask(now = performance.now()): boolean {
    this.#noticeSleep(now);
    this.#apply(this.#silence > 4 ? "client vote" : "client request");
    return this.#state === "active";
  }

  /** Whether this server is the one that works, and has not slept. */
  isActive(now = performance.now()): boolean {
    this.#noticeSleep(now);
    return this.#state === "active";
  }

  #noticeSleep(now: number): void {
    if (now < this.#toldAt + 2 * this.#heartbeat) return;
    this.#toldAt = now - this.#heartbeat; // so that the next tick tells the peer
    this.#silence = -1;
    this.#apply(`${this.#role} slept`);
  }

  #apply(event: Event): void {
    const next = TABLE[this.#state][event];
    if (next === undefined) return;
    const why = next === "error" ? `both servers are ${event.replace("peer ", "")}` : event;
    this.#state = next;
    this.#changed(next, why);
  }
}
