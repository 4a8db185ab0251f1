import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { SocketTypeName } from "tx0mq";
import { Ours } from "./ours.js";
import { Python, skip } from "./python.js";
import type { Maker, TestOptions, TestSocket } from "./sockets.js";

export type Role = "binds" | "connects";
export type TransportName = "tcp" | "ipc";

const folder = mkdtempSync(join(tmpdir(), "zmtp-"));
let libzmq: Python | undefined;
let ours: Ours | undefined;
let places = 0;

after(async () => {
  await ours?.end();
  libzmq?.end();
  rmSync(folder, { recursive: true });
});

/** What a scenario plays on: the one under test, which is libzmq or this engine, and its peers, which are libzmq. */
export class Stage {
  readonly role: Role;
  readonly transport: TransportName;
  readonly #sut: Maker;
  readonly #libzmq: Python;
  readonly #sockets: TestSocket[] = [];
  readonly #processes: Python[] = [];

  constructor(sut: Maker, python: Python, role: Role, transport: TransportName) {
    this.role = role;
    this.transport = transport;
    this.#sut = sut;
    this.#libzmq = python;
  }

  /** Whether libzmq is under test. */
  get isOnLibzmq(): boolean {
    return this.#sut === this.#libzmq;
  }

  /** A socket under test. */
  sut(type: SocketTypeName, options: TestOptions = {}): Promise<TestSocket> {
    return this.#make(this.#sut, type, options);
  }

  /** A socket of libzmq's. */
  peer(type: SocketTypeName, options: TestOptions = {}): Promise<TestSocket> {
    return this.#make(this.#libzmq, type, options);
  }

  /** Has both ask who may come in. */
  async guard(users: Readonly<Record<string, string>>, keys: readonly string[]): Promise<void> {
    await this.#sut.guard(users, keys);
    await this.#libzmq.guard(users, keys);
  }

  /** A process of libzmq's that can be stopped. */
  process(): Python {
    const python = new Python();
    this.#processes.push(python);
    return python;
  }

  /** A socket in such a process. */
  peerOf(python: Python, type: SocketTypeName, options: TestOptions = {}): Promise<TestSocket> {
    return this.#make(python, type, options);
  }

  async #make(maker: Maker, type: SocketTypeName, options: TestOptions): Promise<TestSocket> {
    const socket = await maker.socket(type, { reconnectInterval: 20, ...options });
    this.#sockets.push(socket);
    return socket;
  }

  /** An address that can be bound. */
  place(transport: TransportName = this.transport): string {
    places += 1;
    return transport === "tcp" ? "tcp://127.0.0.1:*" : `ipc://${join(folder, String(places))}`;
  }

  /** An address where somebody was, and nobody is. */
  async emptyPlace(type: SocketTypeName): Promise<string> {
    const gone = await this.peer(type);
    const address = await gone.bind(this.place());
    await gone.close();
    await gone.saw("endpointClosed");
    return address;
  }

  /** Binds one, connects the other, as the role says, and waits until both have met. @returns the address */
  async meet(sut: TestSocket, ...peers: readonly TestSocket[]): Promise<string> {
    let address = "";
    if (this.role === "binds") address = await sut.bind(this.place());
    // One after the other: who is asked first, and who is dealt to, goes by who came first.
    for (const peer of peers) {
      const met = [sut, peer].map((one) => one.count(SUCCEEDED) + 1);
      if (this.role === "binds") await peer.connect(address);
      else {
        address = await peer.bind(this.place());
        await sut.connect(address);
      }
      await sut.saw(SUCCEEDED, met[0]);
      await peer.saw(SUCCEEDED, met[1]);
    }
    return address;
  }

  async end(): Promise<void> {
    for (const python of this.#processes) python.process.kill("SIGCONT");
    await Promise.all(this.#sockets.map((socket) => socket.close()));
    for (const python of this.#processes) python.end();
  }
}

export const SUCCEEDED = "handshakeSucceeded";

/** Binds an address that was bound before, when the system gives it back. */
export async function bindAgain(socket: TestSocket, address: string): Promise<void> {
  for (;;) {
    try {
      await socket.bind(address);
      return;
    } catch (error) {
      if (!/in use|EADDRINUSE/.test(String(error))) throw error;
    }
  }
}

/** A subscriber's subscription has arrived when what it asks for does. It has to have subscribed to the topic. */
export async function subscribed(
  publisher: TestSocket,
  subscriber: TestSocket,
  topic = "sync",
): Promise<void> {
  do await publisher.trySend(topic);
  while ((await subscriber.tryReceive()) === undefined);
  await publisher.send(topic, "last");
  await subscriber.receiveUntil("last");
}

interface Settings {
  readonly roles?: readonly Role[];
  readonly transports?: readonly TransportName[];
  /** What this engine does otherwise, and means to: it is compared with this, not with libzmq. */
  readonly deliberately?: unknown;
}

/**
 * Plays a scenario with libzmq under test, and with this engine: what the two are seen to do is the same.
 *
 * @param scenario returns what is seen
 */
export function same(
  name: string,
  scenario: (stage: Stage) => Promise<unknown>,
  { roles = ["binds", "connects"], transports = ["tcp", "ipc"], ...rest }: Settings = {},
): void {
  for (const transport of transports) {
    for (const role of roles) {
      test(`${name} (${transport}, ${role})`, { skip, timeout: 60_000 }, async () => {
        if (libzmq === undefined || libzmq.ended) libzmq = new Python();
        ours ??= new Ours();
        const python = libzmq;
        const play = async (maker: Maker): Promise<unknown> => {
          const stage = new Stage(maker, python, role, transport);
          try {
            return await Promise.race([scenario(stage), python.over]);
          } catch (error) {
            throw new Error(`with ${maker.name}: ${error}`, { cause: error });
          } finally {
            await stage.end();
          }
        };
        if ("deliberately" in rest) assert.deepEqual(await play(ours), rest.deliberately);
        else {
          const [theirs, mine] = await Promise.all([play(python), play(ours)]);
          assert.deepEqual(mine, theirs);
        }
      });
    }
  }
}
