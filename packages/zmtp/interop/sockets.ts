import { setImmediate as turn } from "node:timers/promises";
import type { SocketTypeName } from "tx0mq";
import { Facts } from "../src/testing/streams.js";

/** Options, as the library names them. */
export type TestOptions = Readonly<Record<string, string | number | boolean>>;

/** Text stands for bytes: latin-1. */
export type Text = readonly string[];

/** What a monitor has told: the name as in the library, with the reason of a failed handshake behind it. */
export interface Told {
  readonly name: string;
  readonly address: string;
  /** What libzmq tells with it: the interval of a retry. */
  readonly value: number;
}

const LIMIT = 30_000;

/** A socket of libzmq's, or of this engine's: a test cannot tell which. */
export abstract class TestSocket extends Facts {
  readonly events: Told[] = [];
  protected override readonly limit = LIMIT;

  abstract bind(address: string): Promise<string>;
  abstract connect(address: string): Promise<void>;
  abstract unbind(address: string): Promise<void>;
  abstract disconnect(address: string): Promise<void>;
  abstract set(option: string, value: string | number | boolean): Promise<void>;
  /** Sends when there is room. */
  abstract send(...frames: Text): Promise<void>;
  /** Sends at once. @returns `"sent"`, or the name of libzmq's error */
  abstract trySend(...frames: Text): Promise<string>;
  protected abstract next(): Promise<string[]>;
  /** A message that is there. */
  abstract tryReceive(): Promise<string[] | undefined>;
  /** Closes it; what waits to be sent has as long as the option `lingerPeriod` says, which is 0 where it is not given. */
  abstract close(): Promise<void>;

  /** The next message, when there is one. */
  async receive(): Promise<string[]> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`no message, but ${this.names}`)), LIMIT);
    });
    return Promise.race([this.next(), late]).finally(() => clearTimeout(timer));
  }

  told(told: Told): void {
    this.events.push(told);
    this.changed();
  }

  /** The names of what the monitor has told. */
  get names(): string[] {
    return this.events.map(({ name }) => name);
  }

  count(name: string): number {
    return this.names.filter((one) => one === name).length;
  }

  protected override instead(): string {
    return `, but ${this.names}`;
  }

  /** Waits until the monitor has told it so often. */
  async saw(name: string, times = 1): Promise<void> {
    await this.until(() => this.count(name) >= times, `${times} ${name}`);
  }

  /** The next messages. */
  async receiveAll(count: number): Promise<string[][]> {
    const all: string[][] = [];
    for (let n = 0; n < count; n += 1) all.push(await this.receive());
    return all;
  }

  /** All messages up to one that begins with this frame, which is not among them. */
  async receiveUntil(last: string): Promise<string[][]> {
    const all: string[][] = [];
    for (;;) {
      const message = await this.receive();
      if (message.includes(last)) return all;
      all.push(message);
    }
  }

  /** Sends a message again and again, until something has happened that no event tells of. */
  async sendUntil<T>(happens: Promise<T>, ...frames: Text): Promise<T> {
    let happened = false;
    const settled = happens.finally(() => {
      happened = true;
    });
    settled.catch(() => undefined); // it is told below
    while (!happened) {
      await this.trySend(...frames);
      await turn();
    }
    return settled;
  }

  /** Sends until there is no room. @returns how many were sent */
  async fill(...frames: Text): Promise<number> {
    let count = 0;
    while ((await this.trySend(...frames)) === "sent") count += 1;
    return count;
  }
}

/** Makes sockets, of one kind or the other. */
export interface Maker {
  readonly name: string;
  socket(type: SocketTypeName, options?: TestOptions): Promise<TestSocket>;
  /** From now on these users and keys of CURVE are let in, and all NULL peers. */
  guard(users: Readonly<Record<string, string>>, keys: readonly string[]): Promise<void>;
}
