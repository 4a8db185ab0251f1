import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, type TestContext, test } from "node:test";
import { loopback } from "@tx0mq/smoke";
import type { AnyConnection } from "../connection/any.js";
import { type Endpoints, ZmqEndpoint } from "../endpoint.js";
import type { Frame } from "../engine/engine.js";
import { type FactoryOptions, ZmqFactory } from "../factory.js";
import type { Message } from "../frames.js";

/** The one limit of all tests, in ms: so long that only broken code reaches it. */
export const LIMIT = 180_000;

/** A class of connections, with its own types of messages and options. */
type Kind<C, O extends object> = new (factory: ZmqFactory, endpoints?: Endpoints, options?: O) => C;

export type Transport = "tcp" | "ipc" | "inproc";
export const TRANSPORTS: readonly Transport[] = ["tcp", "ipc", "inproc"];

/** Where tests listen. */
export const HOST = loopback();

const folder = await mkdtemp(join(tmpdir(), "tx0mq-"));
after(() => rm(folder, { recursive: true, force: true }));
let places = 0;

/** An address to bind that no other test has. */
export function place(transport: Transport = "tcp"): string {
  places += 1;
  switch (transport) {
    case "tcp":
      return `tcp://${HOST}:*`;
    case "ipc":
      return `ipc://${folder}/${places}`;
    case "inproc":
      return `inproc://place-${process.pid}-${places}`;
  }
}

/** Where a test makes its connections. All of them are gone when the test is over. */
export class Stage {
  readonly t: TestContext;
  readonly factory: ZmqFactory;

  constructor(t: TestContext, options: FactoryOptions = {}) {
    this.t = t;
    this.factory = new ZmqFactory({ lingerPeriod: 0, ...options });
    t.after(() => this.factory.shutdown());
  }

  /** A connection that is bound to a place of its own, or to the address. */
  bind<C, O extends object>(Kind: Kind<C, O>, options?: O, address: string = place()): C {
    return new Kind(this.factory, ZmqEndpoint.bind(address), options);
  }

  /** A connection that is connected to where another one is bound. */
  connect<C, O extends object>(Kind: Kind<C, O>, to: AnyConnection | string, options?: O): C {
    const address = typeof to === "string" ? to : at(to);
    return new Kind(this.factory, ZmqEndpoint.connect(address), options);
  }

  /** A connection without endpoints. */
  make<C, O extends object>(Kind: Kind<C, O>, options?: O): C {
    return new Kind(this.factory, [], options);
  }
}

/** A test with a stage and the limit. @param options options of the factory, and the reason to skip it, if any */
export function prove(
  what: string,
  run: (stage: Stage) => Promise<void> | void,
  { skip = false, ...options }: FactoryOptions & { skip?: string | false } = {},
): void {
  void test(what, { timeout: LIMIT, skip }, (t) => run(new Stage(t, options)));
}

/** Where a connection is bound. */
export function at(connection: AnyConnection): string {
  const address = connection.endpoints.at(-1)?.address;
  assert(address !== undefined, `${connection} has no endpoint`);
  return address;
}

/** Frames as text. */
export function text(frames: readonly (Frame | unknown)[]): string[] {
  return frames.map(String);
}

/** The next message as text. */
export async function next(from: { receive(): Promise<Message> }): Promise<string[]> {
  return text(await from.receive());
}

/** The next event of an emitter with this name. */
export function told<T>(
  emitter: { once(name: never, listener: (told: T) => void): unknown },
  name: string,
): Promise<T> {
  return new Promise((resolve) => emitter.once(name as never, resolve));
}

/** Looks, about every ms, whether a condition has become true. */
export async function until(isTrue: () => boolean): Promise<void> {
  const limit = performance.now() + LIMIT;
  while (!isTrue()) {
    assert(performance.now() < limit, `never came true: ${isTrue}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** Whether a promise is settled already. */
export async function settled(promise: Promise<unknown>): Promise<boolean> {
  let is = false;
  const tell = (): void => {
    is = true;
  };
  promise.then(tell, tell);
  await undefined;
  return is;
}

/** A check of an error, for `assert.rejects` and `assert.throws`. */
export function failure(Kind: abstract new (...args: never[]) => Error, message: RegExp = /./) {
  return (error: unknown): true => {
    assert(error instanceof Kind, `${String(error)} is no ${Kind.name}`);
    assert.match(error.message, message);
    return true;
  };
}
