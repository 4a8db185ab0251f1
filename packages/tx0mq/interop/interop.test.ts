/*
 * tx0mq beside its relatives in Python: plain sockets of pyzmq, and the connections of txZMQ, in both
 * roles and with either side bound. Needs Debian's python3-zmq and python3-txzmq; it is no part of
 * `npm test`.
 */
import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import {
  type AnyConnection,
  ZmqEndpoint,
  ZmqFactory,
  ZmqPubConnection,
  ZmqSubConnection,
  ZmqXREPConnection,
  ZmqXREQConnection,
} from "../src/index.js";

const PEER = fileURLToPath(new URL("peer.py", import.meta.url));
const LIMIT = 60_000;
const MODULES = { pyzmq: "zmq", txzmq: "txzmq" } as const;
type Library = keyof typeof MODULES;
type Role = "req" | "rep" | "pub" | "sub";

/** The Python that has a library, or nothing. */
function pythonWith(module: string): string | undefined {
  return ["python3", "/usr/bin/python3"].find(
    (python) => spawnSync(python, ["-c", `import ${module}`]).status === 0,
  );
}

/** A peer in Python, and what it prints. */
class Peer {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(t: TestContext, python: string, args: readonly string[]) {
    this.#child = spawn(python, [PEER, ...args], { stdio: ["pipe", "pipe", "inherit"] });
    assert(this.#child.stdin !== null && this.#child.stdout !== null);
    this.#child.stdin.on("error", () => undefined);
    this.#lines = createInterface(this.#child.stdout)[Symbol.asyncIterator]();
    const ended = new Promise((resolve) => this.#child.once("exit", resolve));
    t.after(() => {
      this.#child.kill("SIGKILL");
      return ended;
    });
    this.end = async () => {
      this.#child.stdin?.end();
      assert.equal(await ended, 0);
    };
  }

  /** Ends its standard input, and with it the peer. */
  readonly end: () => Promise<void>;

  say(...frames: string[]): void {
    this.#child.stdin?.write(`${JSON.stringify(frames)}\n`);
  }

  async hear(): Promise<unknown> {
    const { done, value } = await this.#lines.next();
    assert(done !== true, "the peer has ended");
    return JSON.parse(value);
  }
}

/** A connection here and a peer there, and one of them bound. */
type Meeting<C> = { connection: C; peer: Peer };

/** A test with each library, and with either side bound. */
function interop<C extends AnyConnection & { addEndpoints(endpoints: ZmqEndpoint): void }>(
  what: string,
  role: Role,
  make: (factory: ZmqFactory) => C,
  converse: (meeting: Meeting<C>, library: Library) => Promise<void>,
): void {
  for (const library of Object.keys(MODULES) as Library[]) {
    for (const side of ["here", "there"] as const) {
      void test(`${what}: ${library}, bound ${side}`, { timeout: LIMIT }, async (t) => {
        const python = pythonWith(MODULES[library]);
        if (python === undefined) return t.skip(`python3-${MODULES[library]} is not installed`);
        const factory = new ZmqFactory({ lingerPeriod: 0 });
        t.after(() => factory.shutdown());
        const connection = make(factory);
        let peer: Peer;
        if (side === "here") {
          connection.addEndpoints(ZmqEndpoint.bind("tcp://127.0.0.1:*"));
          const address = connection.endpoints[0]?.address ?? "";
          peer = new Peer(t, python, [library, role, "connect", address]);
          await peer.hear();
        } else {
          peer = new Peer(t, python, [library, role, "bind", "tcp://127.0.0.1:*"]);
          const { address } = (await peer.hear()) as { address: string };
          connection.addEndpoints(ZmqEndpoint.connect(address));
        }
        await converse({ connection, peer }, library);
        await peer.end();
      });
    }
  }
}

const latin1 = (frames: readonly Buffer[]): string[] => frames.map((one) => one.toString("latin1"));

interop(
  "XREQ asks, Python replies",
  "rep",
  (factory) => new ZmqXREQConnection(factory),
  async ({ connection, peer }) => {
    const requests = Array.from({ length: 20 }, (_, n) => [String(n), "", "\xff\0"]);
    const replies = await Promise.all(
      requests.map((parts) =>
        connection.sendMsg(...parts.map((part) => Buffer.from(part, "latin1"))),
      ),
    );
    assert.deepEqual(
      replies.map(latin1),
      requests.map((parts) => ["re:", ...parts]),
    );
    for (const request of requests) assert.deepEqual(await peer.hear(), request);
  },
);

interop(
  "Python asks, XREP replies",
  "req",
  (factory) => new ZmqXREPConnection(factory),
  async ({ connection, peer }, library) => {
    // A REQ has one request at a time; txZMQ's has any number, and gets its replies backwards here.
    const batch = library === "txzmq" ? 5 : 1;
    for (let n = 0; n < 4; n += 1) {
      const names = Array.from({ length: batch }, (_, m) => `${n} ${m}`);
      for (const name of names) peer.say(name, "", "\xff\0");
      const open: Awaited<ReturnType<typeof connection.receive>>[] = [];
      while (open.length < batch) open.push(await connection.receive());
      for (const [id, ...parts] of open.reverse()) await connection.reply(id, "re:", ...parts);
      for (const name of names.reverse()) {
        const request = [name, "", "\xff\0"];
        assert.deepEqual(await peer.hear(), [...request, "re:", ...request]);
      }
    }
  },
);

const PUBLISHED: [tag: string, message: string][] = [
  ["tag", "message"],
  ["tag.more", ""],
  ["tag\xff", "\0a\0b"],
];

for (const singleFrame of [true, false]) {
  interop(
    `PUB publishes in ${singleFrame ? "one frame" : "two frames"}, Python subscribes`,
    "sub",
    (factory) => new ZmqPubConnection(factory, [], { singleFrame }),
    async ({ connection, peer }, library) => {
      const publish = ([tag, message]: [string, string]): Promise<void> =>
        connection.publish(Buffer.from(message, "latin1"), Buffer.from(tag, "latin1"));
      const heard = ([tag, message]: [string, string]): string[] =>
        library === "pyzmq" && singleFrame ? [`${tag}\0${message}`] : [tag, message];
      peer.say("tag");
      const searching = setInterval(() => publish(["tag", "search"]), 5);
      assert.deepEqual(await peer.hear(), heard(["tag", "search"]));
      clearInterval(searching);
      await publish(["other", "not wanted"]);
      for (const one of PUBLISHED) await publish(one);
      let got = await peer.hear();
      while (String(got) === String(heard(["tag", "search"]))) got = await peer.hear();
      const all = [got];
      while (all.length < PUBLISHED.length) all.push(await peer.hear());
      assert.deepEqual(all, PUBLISHED.map(heard));
    },
  );
}

/** Tells tags and messages apart by itself. */
class Subscriber extends ZmqSubConnection {
  readonly got: string[][] = [];
  override gotMessage(message: Buffer, tag: Buffer): void {
    this.got.push(latin1([tag, message]));
  }
}

interop(
  "Python publishes, SUB subscribes",
  "pub",
  (factory) => new Subscriber(factory),
  async ({ connection, peer }) => {
    connection.subscribe("tag");
    const wait = async (isTrue: () => boolean): Promise<void> => {
      while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 5));
    };
    await wait(() => {
      peer.say("tag", "search");
      return connection.got.length > 0;
    });
    peer.say("other", "not wanted");
    for (const [tag, message] of PUBLISHED) peer.say(tag, message);
    const wanted = (): string[][] => connection.got.filter(([, message]) => message !== "search");
    await wait(() => wanted().length >= PUBLISHED.length);
    assert.deepEqual(wanted(), PUBLISHED);
  },
);
