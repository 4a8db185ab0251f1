/** What every load-balancing broker must do, however it is written. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { type TestContext, test } from "node:test";
import { endsOn, type Program, refuses, Stage } from "@tx0mq/smoke";
import {
  ZmqDealerConnection,
  ZmqEndpoint,
  ZmqFactory,
  ZmqReqConnection,
  ZmqRouterConnection,
} from "tx0mq";

const LIMIT = { timeout: 60_000 }; // for what never comes

/** The lines in which a broker refuses what it gets. */
interface Refusals {
  /** A malformed message from a client. */
  readonly client: RegExp;
  /** A malformed message from a worker. */
  readonly worker: RegExp;
  /** Two frames from a worker. */
  readonly probe: RegExp;
  /** A reply to a client that waits for none. */
  readonly notDue: RegExp;
  /** READY from a worker that has lost too many requests. */
  readonly notReady: RegExp;
}

const REFUSALS: Refusals = {
  client: /refused a message of \d+ frames from client/,
  worker: /refused a message of \d+ frames from worker/,
  probe: /refused a message of 2 frames from worker/,
  notDue: /refused a message of 5 frames from worker/,
  notReady: /refused a message of 3 frames from worker/,
};

/** In what the brokers differ. */
interface Tested {
  /** The smoke test beside the program: its `import.meta.url`. */
  readonly testFile: string;
  readonly program: string;
  readonly refusals?: Refusals;
  /** Starts the program in the role of a client, and waits until it has its reply, and has ended. */
  served(start: (...flags: string[]) => Program): Promise<void>;
}

/** The tests that all of them must pass. */
export function testBroker({ testFile, program: name, served, refusals = REFUSALS }: Tested): void {
  test("the broker, with clients and workers from outside", async (t) => {
    const stage = new Stage(t, testFile);
    const program = stage.start(name, ["--role", "broker", ...addresses(stage)]);
    await program.line(/listening/);
    const factory = new ZmqFactory();
    t.after(() => factory.shutdown());
    const broker = await Broker.reach(stage, factory, program, refusals);

    await part(t, "a request waits in ZeroMQ, where all clients have their turn", async () => {
      const worker = await broker.worker();
      const first = await broker.client();
      await first.send(["", "first"]);
      const [, client = ""] = await worker.receive(LIMIT);
      const eager = await broker.client();
      for (let n = 0; n < 50; n++) await eager.send(["", `eager ${n}`]);
      await broker.settled();
      const patient = await broker.client();
      await patient.send(["", "patient"]);
      await broker.settled();

      await worker.send(["", client, "", "done"]);
      const requests: string[] = [];
      for (let n = 0; n < 51; n++) requests.push(`${await worker.serve()}`);
      assert.ok(
        requests.indexOf("patient") < 10,
        "the 50 requests before it had been read already",
      );
      assert.deepEqual(
        requests.filter((request) => request !== "patient"),
        Array.from({ length: 50 }, (_, n) => `eager ${n}`),
      );
      await broker.dismiss(worker);
    });

    await part(t, "a hundred clients at once get one reply each, their own", async () => {
      const clients = Array.from(
        { length: 100 },
        () => new ZmqReqConnection(factory, ZmqEndpoint.connect(broker.frontend)),
      );
      // The second word is what some of the guide's workers in C say.
      const words = ["READY", "\x01", "READY"];
      const workers = await Promise.all(words.map((word) => broker.worker(word)));
      await broker.settled();
      for (const worker of workers) void worker.serveAll();
      const replies = clients.map(async (client, n) => {
        await client.send(`request ${n}`);
        return String(await client.receive(LIMIT));
      });
      assert.deepEqual(
        await Promise.all(replies),
        clients.map((_, n) => `reply to request ${n}`),
      );
      for (const worker of workers) assert.ok(worker.served > 0, "they share the work");
      await broker.dismiss(...workers);
      await Promise.all(clients.map((client) => client.shutdown()));
    });

    await part(t, "a worker that dies while it is free costs nothing", async () => {
      for (const end of ["SIGKILL", "SIGINT"] as const) {
        const alone = stage.start(name, ["--role", "worker", ...addresses(stage)]);
        await served((...flags) =>
          stage.start(name, ["--role", "client", ...addresses(stage), ...flags]),
        );
        alone.kill(end);
        await alone.exit();
        await broker.settled();
      }

      const client = await broker.client();
      await client.send(["", "to whom?"]);
      const worker = await broker.worker();
      assert.equal(`${await worker.serve()}`, "to whom?");
      assert.equal(`${await client.receive(LIMIT)}`, ",reply to to whom?");
      await broker.dismiss(worker);
    });

    await part(t, "a worker that repeats itself gives nobody a second reply", async () => {
      const worker = await broker.worker();
      await worker.ready();
      await worker.send("probe"); // when that is refused, both have been handled
      await program.line(refusals.probe, { from: "stderr" });
      const one = await broker.client();
      const two = await broker.client();
      await one.send(["", "1"]);
      const [, from = "", , request] = await worker.receive(LIMIT);
      assert.equal(`${request}`, "1");
      await worker.send(["", from, "", "once"]);
      await worker.send(["", from, "", "twice"]);
      await program.line(refusals.notDue, { from: "stderr" });
      assert.equal(`${await one.receive(LIMIT)}`, ",once");

      await two.send(["", "2"]);
      const [, to = ""] = await worker.receive(LIMIT);
      await worker.send(["", from, "", "not asked"]);
      await program.line(refusals.notDue, { from: "stderr" });
      await worker.send(["", to, "", "asked"]);
      assert.equal(`${await two.receive(LIMIT)}`, ",asked");

      await one.send(["", "3"]);
      await worker.serve();
      assert.equal(`${await one.receive(LIMIT)}`, ",reply to 3");
      await broker.dismiss(worker);
    });

    await part(
      t,
      "a client that went and came back while no worker was free is served",
      async () => {
        const connect = () =>
          connected(new ZmqDealerConnection(factory, [], { routingId: "A" }), broker.frontend);
        const before = await connect();
        await before.send(["", "before"]);
        await before.shutdown();
        const after = await connect();
        await after.send(["", "after"]);
        const worker = await broker.worker();
        while (`${await worker.serve()}` !== "after");
        // To the broker it is the same client: it may get the reply to its first request as well.
        while (`${await after.receive(LIMIT)}` !== ",reply to after");
        await broker.dismiss(worker);
      },
    );

    await part(t, "a worker that is READY in the midst of a request has lost it", async () => {
      const worker = await broker.worker();
      const client = await broker.client();
      await client.send(["", "lost"]);
      await worker.receive(LIMIT);
      await worker.ready();
      await program.line(/worker [0-9a-f]+ has lost its request$/, { from: "stderr" });
      await client.send(["", "next"]);
      await worker.serve();
      assert.equal(`${await client.receive(LIMIT)}`, ",reply to next");
      await broker.dismiss(worker);
    });

    await part(t, "a worker that loses request after request gets no more", async () => {
      const client = await broker.client();
      for (let n = 0; n < 15; n++) await client.send(["", `${n}`]);
      const loser = await broker.worker();
      for (let n = 0; n < 11; n++) {
        assert.equal(`${(await loser.receive(LIMIT))[3]}`, `${n}`);
        await loser.ready();
      }
      await program.count(/has lost its request$/, 10, { from: "stderr" });
      await program.line(refusals.notReady, { from: "stderr" });

      const worker = await broker.worker();
      for (let n = 11; n < 15; n++) assert.equal(`${await worker.serve()}`, `${n}`);
      for (let n = 11; n < 15; n++) {
        assert.equal(`${await client.receive(LIMIT)}`, `,reply to ${n}`);
      }
      await broker.dismiss(worker);
      await loser.shutdown();
    });

    await part(
      t,
      "a malformed message is refused with one line, and the broker goes on",
      async () => {
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
        await program.count(refusals.client, 6, { from: "stderr" });
        const large = Buffer.alloc(2 * 1024 * 1024);
        const unasked = [
          ["", "unknown", "", "OK"],
          ["", large, "", "OK"], // no identity is as long as that
          ["", "", "OK"],
          ["", "unknown", "", large],
          ["", large],
        ];
        const idle = await broker.worker();
        for (const stranger of [await broker.stranger(), idle]) {
          for (const frames of [...malformed, ...unasked]) await stranger.send(frames);
        }
        await program.count(refusals.worker, 20, { from: "stderr" });
        assert.equal(program.errors.length, before + 26);
        assert.ok(program.errors.every((line) => line.length < 1000));
        await idle.shutdown();

        await client.send(["", "sound"]);
        assert.equal(`${await worker.serve()}`, "sound");
        assert.equal(`${await client.receive(LIMIT)}`, ",reply to sound");
      },
    );

    await part(t, "it ends on Ctrl-C", () => endsOn("SIGINT", program));
  });

  test("Ctrl-C ends the broker, and the clients and workers that it started end with it", async (t) => {
    const stage = new Stage(t, testFile);
    // The pipe is at its end when nobody is left that could write to it.
    const script = `sh -c 'echo "pid $$"; exec "$@"' sh "$@" | cat; echo all gone`;
    const node = [process.execPath, ...process.execArgv, `${name}.ts`, ...addresses(stage)];
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
    const stage = new Stage(t, testFile);
    const taken = await stage.tcp();
    await using factory = new ZmqFactory();
    new ZmqRouterConnection(factory, ZmqEndpoint.bind(taken));
    for (const [flag, value, code, why] of [
      ["--colour", "red", 2, `^usage: ${name} .*--colour`],
      ["--role", "boss", 2, `^usage: ${name} .*"boss"`],
      ["--frontend", "tpc://127.0.0.1:5555", 2, `^${name}: .*unknown transport "tpc"`],
      ["--frontend", taken, 1, `^${name}: address in use: tcp`],
    ] as const) {
      await refuses(stage.start(name, [flag, value]), new RegExp(why), code);
    }
  });
}

/**
 * A part of a test, without which the others mean nothing. Where it fails the whole test does, and
 * shows what its programs have printed.
 */
async function part(t: TestContext, what: string, run: () => Promise<void>): Promise<void> {
  let failure: { error: unknown } | undefined;
  await t.test(what, async () => {
    try {
      await run();
    } catch (error) {
      failure = { error };
      throw error;
    }
  });
  if (failure !== undefined) throw failure.error;
}

/** Endpoints of the stage's own, as arguments. */
export function addresses(stage: Stage): string[] {
  return ["--frontend", stage.ipc("frontend"), "--backend", stage.ipc("backend")];
}

/** The request that no worker replies to. */
const DISMISSED = "you may go";

/** A worker in the test: a DEALER, so that it can also do what it must not. */
class TestWorker extends ZmqDealerConnection {
  served = 0;
  #serving: Promise<void> | undefined;

  ready(word = "READY"): Promise<void> {
    return this.send(["", word]);
  }

  /** Replies to one request. @returns the request */
  async serve(): Promise<Buffer | undefined> {
    const [, client = "", , request] = await this.receive(LIMIT);
    if (`${request}` === DISMISSED) return request;
    this.served += 1;
    await this.send(["", client, "", `reply to ${request}`]);
    return request;
  }

  /** Replies to all requests until it is dismissed. */
  serveAll(): Promise<void> {
    this.#serving ??= (async () => {
      while (`${await this.serve()}` !== DISMISSED);
    })();
    return this.#serving;
  }
}

/** A broker that runs, and connections to it. */
class Broker {
  readonly frontend: string;
  readonly backend: string;
  readonly #factory: ZmqFactory;
  readonly #program: Program;
  readonly #prober: ZmqDealerConnection;
  readonly #refusals: Refusals;

  static async reach(
    stage: Stage,
    factory: ZmqFactory,
    program: Program,
    refusals: Refusals,
  ): Promise<Broker> {
    const prober = await connected(new ZmqDealerConnection(factory), stage.ipc("backend"));
    return new Broker(stage, factory, program, prober, refusals);
  }

  private constructor(
    stage: Stage,
    factory: ZmqFactory,
    program: Program,
    prober: ZmqDealerConnection,
    refusals: Refusals,
  ) {
    this.frontend = stage.ipc("frontend");
    this.backend = stage.ipc("backend");
    this.#factory = factory;
    this.#program = program;
    this.#prober = prober;
    this.#refusals = refusals;
  }

  client(): Promise<ZmqDealerConnection> {
    return connected(new ZmqDealerConnection(this.#factory), this.frontend);
  }

  stranger(): Promise<ZmqDealerConnection> {
    return connected(new ZmqDealerConnection(this.#factory), this.backend);
  }

  async worker(word?: string): Promise<TestWorker> {
    const worker = await connected(new TestWorker(this.#factory), this.backend);
    await worker.ready(word);
    return worker;
  }

  /**
   * Has all free workers leave, in the midst of a request. To one that leaves while it is free the
   * broker may give a request before it has heard of that, and the request is lost.
   */
  async dismiss(...workers: readonly TestWorker[]): Promise<void> {
    const client = await this.client();
    for (const _ of workers) await client.send(["", DISMISSED]);
    await Promise.all(workers.map((worker) => worker.serveAll()));
    await Promise.all([client, ...workers].map((connection) => connection.shutdown()));
  }

  /**
   * What was sent before has reached the broker: a malformed message after it has, and is refused.
   * With a second one it has also parted with whoever had gone, which takes it two steps.
   */
  async settled(): Promise<void> {
    for (const _ of ["first", "second"]) {
      await this.#prober.send("settled?");
      await this.#program.line(this.#refusals.probe, { from: "stderr" });
    }
  }
}

async function connected<T extends ZmqDealerConnection>(dealer: T, address: string): Promise<T> {
  const reached = once(dealer, "handshakeSucceeded");
  dealer.addEndpoints(ZmqEndpoint.connect(address));
  await reached;
  return dealer;
}
