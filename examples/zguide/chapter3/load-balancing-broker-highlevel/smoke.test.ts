import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { type Program, Stage } from "@tx0mq/smoke";
import {
  ZmqDealerConnection,
  ZmqEndpoint,
  ZmqFactory,
  ZmqReqConnection,
  ZmqRouterConnection,
} from "tx0mq";

test("every client gets its reply, and the broker goes on", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const all = stage.start("lbbroker2", [...addresses(stage), "--clients", "4", "--workers", "2"]);
  await all.count(/^Client-\d: OK$/, 4);
  const late = stage.start("lbbroker2", ["--role", "client", ...addresses(stage)]);
  assert.deepEqual(await late.exit(), { code: 0, signal: null });

  all.kill("SIGINT", { group: true });
  assert.deepEqual(await all.exit(), { code: null, signal: "SIGINT" });
  assert.deepEqual(
    all.lines.filter((line) => line.startsWith("Client")).sort(),
    Array.from({ length: 4 }, (_, n) => `Client-${n}: OK`),
  );
  assert.equal(all.lines.filter((line) => /^Worker-[01]: HELLO$/.test(line)).length, 5);
  assert.deepEqual(all.errors, []);
});

test("the broker, with clients and workers from outside", { timeout: 60_000 }, async (t) => {
  const stage = new Stage(t, import.meta.url);
  const program = stage.start("lbbroker2", ["--role", "broker", ...addresses(stage)]);
  await program.line(/listening/);
  const factory = new ZmqFactory();
  t.after(() => factory.shutdown());
  const broker = await Broker.reach(stage, factory, program);

  await t.test("a request waits in ZeroMQ, where all clients have their turn", async () => {
    const worker = await broker.worker();
    const first = await broker.client();
    await first.send(["", "first"]);
    const [, client = ""] = await worker.receive();
    const eager = await broker.client();
    for (let n = 0; n < 50; n++) await eager.send(["", `eager ${n}`]);
    await broker.settled();
    const patient = await broker.client();
    await patient.send(["", "patient"]);
    await broker.settled();

    await worker.send(["", client, "", "done"]);
    const requests: string[] = [];
    for (let n = 0; n < 51; n++) requests.push(`${await worker.serve()}`);
    assert.ok(requests.indexOf("patient") < 10, "the 50 requests before it had been read already");
    assert.deepEqual(
      requests.filter((request) => request !== "patient"),
      Array.from({ length: 50 }, (_, n) => `eager ${n}`),
    );
    await worker.shutdown();
  });

  await t.test("a hundred clients at once get one reply each, their own", async () => {
    const clients = Array.from(
      { length: 100 },
      () => new ZmqReqConnection(factory, ZmqEndpoint.connect(broker.frontend)),
    );
    const workers = await Promise.all([1, 2, 3].map(() => broker.worker()));
    await broker.settled();
    for (const worker of workers) void worker.serveAll();
    const replies = clients.map(async (client, n) => {
      await client.send(`request ${n}`);
      return String(await client.receive());
    });
    assert.deepEqual(
      await Promise.all(replies),
      clients.map((_, n) => `reply to request ${n}`),
    );
    for (const worker of workers) assert.ok(worker.served > 0, "they share the work");
    await Promise.all([...clients, ...workers].map((connection) => connection.shutdown()));
  });

  await t.test("a worker that dies while it is free costs nothing", async () => {
    const alone = stage.start("lbbroker2", ["--role", "worker", ...addresses(stage)]);
    const first = stage.start("lbbroker2", ["--role", "client", ...addresses(stage)]);
    assert.deepEqual(await first.exit(), { code: 0, signal: null });
    assert.match(first.lines.join(), /^Client-\d+: OK$/);
    alone.kill("SIGKILL");
    await alone.exit();
    const gone = await broker.worker();
    await broker.settled();
    await gone.shutdown();
    await broker.settled();

    const client = await broker.client();
    await client.send(["", "to whom?"]);
    const worker = await broker.worker();
    assert.equal(`${await worker.serve()}`, "to whom?");
    assert.equal(`${await client.receive()}`, ",reply to to whom?");
    await worker.shutdown();
  });

  await t.test("a worker that repeats itself gives nobody a second reply", async () => {
    const worker = await broker.worker();
    await worker.ready();
    const one = await broker.client();
    const two = await broker.client();
    await one.send(["", "1"]);
    const [, from = "", , request] = await worker.receive();
    assert.equal(`${request}`, "1");
    await worker.send(["", from, "", "once"]);
    await worker.send(["", from, "", "twice"]);
    await program.line(/refused: .*reply that is due/, { from: "stderr" });
    assert.equal(`${await one.receive()}`, ",once");

    await two.send(["", "2"]);
    const [, to = ""] = await worker.receive();
    await worker.send(["", from, "", "not asked"]);
    await program.line(/refused: .*reply that is due/, { from: "stderr" });
    await worker.send(["", to, "", "asked"]);
    assert.equal(`${await two.receive()}`, ",asked");

    await one.send(["", "3"]);
    await worker.serve();
    assert.equal(`${await one.receive()}`, ",reply to 3");
    await worker.shutdown();
  });

  await t.test("a malformed message is refused with one line, and the broker goes on", async () => {
    const worker = await broker.worker();
    const client = await broker.client();
    const before = program.errors.length;
    const malformed = [
      [""],
      ["x"],
      ["no", "delimiter"],
      ["", "two", "frames"],
      Array.from({ length: 1000 }, (_, n) => `${n || ""}`),
    ];
    for (const frames of [...malformed, ["", Buffer.alloc(64 * 1024 * 1024)]]) {
      await client.send(frames);
    }
    await program.count(/refused: .* frames from/, 6, { from: "stderr" });
    const stranger = await broker.stranger();
    const unasked = ["", "unknown", "", "OK"];
    for (const frames of [...malformed, unasked, ["", Buffer.alloc(2 * 1024 * 1024)]]) {
      await stranger.send(frames);
    }
    await program.count(/refused: .* frames from/, 7, { from: "stderr" });
    assert.equal(program.errors.length, before + 13);

    await client.send(["", "sound"]);
    assert.equal(`${await worker.serve()}`, "sound");
    assert.equal(`${await client.receive()}`, ",reply to sound");
  });

  await t.test("it ends on Ctrl-C", async () => {
    const before = program.errors.length;
    program.kill("SIGINT");
    assert.deepEqual(await program.exit(), { code: null, signal: "SIGINT" });
    assert.equal(program.errors.length, before, "no stack trace");
  });
});

test("Ctrl-C ends the broker, and the clients and workers that it started end with it", async (t) => {
  const stage = new Stage(t, import.meta.url);
  // The pipe is at its end when nobody is left that could write to it.
  const script = `sh -c 'echo "pid $$"; exec "$@"' sh "$@" | cat; echo all gone`;
  const node = [process.execPath, ...process.execArgv, "lbbroker2.ts", ...addresses(stage)];
  const all = stage.start({
    command: [
      "sh",
      "-c",
      script,
      "sh",
      ...node,
      "--clients",
      "2",
      "--workers",
      "1",
      "--work",
      "60000",
    ],
  });
  const [, pid] = await all.line(/pid (\d+)/);
  await all.line(/Worker-0: HELLO/);
  process.kill(Number(pid), "SIGINT");
  await all.line(/all gone/);
  assert.deepEqual(all.errors, []);
});

test("wrong arguments and addresses get one line", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const taken = await stage.tcp();
  await using factory = new ZmqFactory();
  new ZmqRouterConnection(factory, ZmqEndpoint.bind(taken));
  for (const [flag, value, code, why] of [
    ["--colour", "red", 2, /^usage: lbbroker2 .*--colour/],
    ["--role", "boss", 2, /^usage: lbbroker2 .*"boss"/],
    ["--frontend", "tpc://127.0.0.1:5555", 2, /^lbbroker2: .*unknown transport "tpc"/],
    ["--frontend", taken, 1, /^lbbroker2: address in use: tcp/],
  ] as const) {
    const program = stage.start("lbbroker2", [flag, value]);
    assert.deepEqual(await program.exit(), { code, signal: null });
    assert.equal(program.errors.length, 1);
    assert.match(program.errors[0] ?? "", why);
  }
});

function addresses(stage: Stage): string[] {
  return ["--frontend", stage.ipc("frontend"), "--backend", stage.ipc("backend")];
}

/** A worker in the test: a DEALER, so that it can also do what it must not. */
class TestWorker extends ZmqDealerConnection {
  served = 0;

  ready(): Promise<void> {
    return this.send(["", "READY"]);
  }

  /** Replies to one request. @returns the request */
  async serve(): Promise<Buffer | undefined> {
    const [, client = "", , request] = await this.receive();
    this.served += 1;
    await this.send(["", client, "", `reply to ${request}`]);
    return request;
  }

  async serveAll(): Promise<void> {
    while (!this.closed) await this.serve().catch(() => undefined);
  }
}

/** A broker that runs, and connections to it. */
class Broker {
  readonly frontend: string;
  readonly backend: string;
  readonly #factory: ZmqFactory;
  readonly #program: Program;
  readonly #prober: ZmqDealerConnection;

  static async reach(stage: Stage, factory: ZmqFactory, program: Program): Promise<Broker> {
    const prober = await connected(new ZmqDealerConnection(factory), stage.ipc("backend"));
    return new Broker(stage, factory, program, prober);
  }

  private constructor(
    stage: Stage,
    factory: ZmqFactory,
    program: Program,
    prober: ZmqDealerConnection,
  ) {
    this.frontend = stage.ipc("frontend");
    this.backend = stage.ipc("backend");
    this.#factory = factory;
    this.#program = program;
    this.#prober = prober;
  }

  client(): Promise<ZmqDealerConnection> {
    return connected(new ZmqDealerConnection(this.#factory), this.frontend);
  }

  stranger(): Promise<ZmqDealerConnection> {
    return connected(new ZmqDealerConnection(this.#factory), this.backend);
  }

  async worker(): Promise<TestWorker> {
    const worker = await connected(new TestWorker(this.#factory), this.backend);
    await worker.ready();
    return worker;
  }

  /** What was sent before has reached the broker: a malformed message after it has, and is refused. */
  async settled(): Promise<void> {
    await this.#prober.send("settled?");
    await this.#program.line(/refused: .*\(2 frames from/, { from: "stderr" });
  }
}

async function connected<T extends ZmqDealerConnection>(dealer: T, address: string): Promise<T> {
  const reached = once(dealer, "handshakeSucceeded");
  dealer.addEndpoints(ZmqEndpoint.connect(address));
  await reached;
  return dealer;
}
