import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, type TestContext, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { endsOn, Stage } from "@tx0mq/smoke";
import {
  type Frames,
  type Message,
  ZmqAbortError,
  ZmqClosedError,
  ZmqDealerConnection,
  ZmqFactory,
  ZmqProtocolError,
  ZmqReqConnection,
  ZmqRouterConnection,
  ZmqStateError,
  ZmqTimeoutError,
} from "tx0mq";
import { MajordomoClient } from "./mdcliapi.ts";
import { DISCONNECT, HEARTBEAT, READY, REPLY, REQUEST } from "./mdp.ts";
import { MajordomoWorker } from "./mdwrkapi.ts";

const ANYWHERE = "tcp://127.0.0.1:*";
const BEATS = ["--heartbeat", "200", "--liveness", "15"];
const LIMIT = { timeout: 60_000 }; // for what never comes

describe("majordomo", { concurrency: true, timeout: 120_000 }, () => {
  test("workers freeze and die, the broker dies: each client gets its replies, each once", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const factory = factoryOf(t);
    const address = await stage.tcp();
    const startBroker = () => stage.start("mdbroker", ["-v", "--endpoint", address, ...BEATS]);
    let broker = startBroker();
    await broker.line(/listening/);
    const startWorker = async (service: string) => {
      const flags = ["--endpoint", address, "--service", service, ...BEATS, "--reconnect", "100"];
      const program = stage.start("mdworker", ["-v", ...flags]);
      const [, id = ""] = await broker.line(new RegExp(`^Worker (\\w+) serves ${service}$`));
      return { program, id };
    };
    // Asks a service again and again, and gets the reply to each request.
    const asker = (name: string, service: string) => {
      const client = new MajordomoClient(factory, address, { timeout: 500, retries: 50 });
      let asked = 0;
      return async (count: number) => {
        for (const end = asked + count; asked < end; asked++) {
          const request = `${service} ${name} ${asked}`;
          assert.deepEqual((await client.send(service, request)).map(String), [request]);
        }
      };
    };
    const askTea = [asker("Ann", "tea"), asker("Bob", "tea")];
    const askCoffee = [asker("Cem", "coffee"), asker("Dee", "coffee")];
    const all = (askers: typeof askTea, count: number) => Promise.all(askers.map((a) => a(count)));

    const early = all(askCoffee, 5); // these wait for a worker
    const teas = [await startWorker("tea"), await startWorker("tea")];
    await all(askTea, 20);
    const coffees = [await startWorker("coffee"), await startWorker("coffee")];
    await early;
    const workers = [...teas, ...coffees].map(({ program }) => program);
    for (const { program } of teas) await program.line(/^<-.* REQUEST .* tea/);
    const bytes = new MajordomoClient(factory, address, { timeout: 500, retries: 50 });
    await bytes.send("tea", [READY, "\0"]); // it is a command in one place only
    await broker.line(/^<- \S+ \[\] MDPC01 tea \[01\] \[00\]$/);

    const [frozen, killed] = [teas[0], coffees[0]];
    assert(frozen && killed);
    frozen.program.kill("SIGSTOP");
    const despite = all(askTea, 5);
    await broker.line(new RegExp(`^Worker ${frozen.id} of tea has expired`));
    await despite;
    frozen.program.kill("SIGCONT");
    await broker.line(/^Worker \w+ serves tea/); // it is back, under a new address

    killed.program.kill("SIGSTOP"); // so that it has a request in hand when it dies
    const survivors = all(askCoffee, 5);
    await broker.line(new RegExp(`^-> .*${killed.id}.* REQUEST .* coffee \\w+ [5-9]$`));
    killed.program.kill("SIGKILL");
    await broker.line(new RegExp(`^Worker ${killed.id} of coffee is gone`));
    await survivors;

    broker.kill("SIGKILL");
    const patient = Promise.all([all(askTea, 5), all(askCoffee, 5)]);
    for (const worker of workers.filter((one) => one !== killed.program)) {
      await worker.line(/^No sign of the broker: connecting anew in 100 ms/);
    }
    broker = startBroker();
    await patient;

    const client = stage.start("mdclient", ["--endpoint", address, "--service", "tea"]);
    await broker.line(/^<- .* MDPC01 tea Hello world/);
    await endsOn("SIGINT", client, ...workers.filter(({ running }) => running), broker);
    assert.match(client.lines.at(-1) ?? "", /^\d+ requests\/replies processed$/);
    for (const [n, { lines }] of workers.entries()) {
      const others = lines.filter((line) => line.includes(n < 2 ? "coffee" : "tea"));
      assert.deepEqual(others, [], "no worker gets another service's requests");
    }
  });

  test("the broker speaks MDP/0.1 and MMI, refuses what is malformed, and keeps nothing of who is gone", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const broker = stage.start("mdbroker", [
      ...["--endpoint", ANYWHERE, "--heartbeat", "20", "--liveness", "3000", "--patience", "50"],
    ]);
    const [, connect = ""] = await broker.line(/listening on (\S+)/);
    const factory = factoryOf(t);
    const client = new ZmqReqConnection(factory, { connect });
    const ask = async (...request: string[]) => {
      await client.send(["MDPC01", ...request]);
      return (await client.receive(LIMIT)).map(String);
    };
    const connectWorker = async (service: string) => {
      const worker = new ZmqDealerConnection(factory, { connect });
      await say(worker, READY, service);
      return worker;
    };
    const serve = async (worker: ZmqDealerConnection, ...reply: string[]) => {
      const [, , command, address = "", ...request] = await next(worker);
      assert.equal(String(command), REQUEST);
      await say(worker, REPLY, address, "", ...reply);
      return request.map(String);
    };
    const isGone = (service: string) => broker.line(new RegExp(`^Worker \\w+ of ${service} `));

    const worker = await connectWorker("echo");
    assert.deepEqual((await worker.receive(LIMIT)).map(String), ["", "MDPW01", HEARTBEAT]);
    const replied = ask("echo", "Hello", "world");
    assert.deepEqual(await serve(worker, "Hi", ""), ["", "Hello", "world"]);
    assert.deepEqual(await replied, ["MDPC01", "echo", "Hi", ""]);
    for (const [service = "", name = "", code] of [
      ["mmi.service", "echo", "200"],
      ["mmi.service", "tea", "404"],
      ["mmi.workers", "echo", "501"],
    ]) {
      assert.deepEqual(await ask(service, name), ["MDPC01", service, code]);
    }

    // Requests wait until a worker is free.
    const stranger = new ZmqDealerConnection(factory, { connect });
    const requests = ["first", "second", "third"];
    for (const request of requests) await stranger.send(["", "MDPC01", "echo", request]);
    await stranger.send(["", "MDPC01", "mmi.service", "echo"]);
    await stranger.receive(LIMIT); // the broker has them all, and the worker the first
    for (const request of requests) {
      assert.deepEqual(await serve(worker, "done"), ["", request]);
      assert.deepEqual((await stranger.receive(LIMIT)).slice(2).map(String), ["echo", "done"]);
    }

    for (const [n, malformed] of [
      [""],
      ["", ""],
      ["MDPC01", "echo", "no delimiter"],
      ["", "MDPC02", "echo", "another version"],
      ["", "MDPC01", "no body"],
      ["", "MDPC01", "", "no name"],
      ["", "MDPW01"],
      ["", "MDPW01", READY],
      ["", "MDPW01", READY, ""],
      ["", "MDPW01", READY, "\x1b[2Jno text\n"],
      ["", "MDPW01", READY, "echo", "too much"],
      ["", "MDPW01", REQUEST, "client", "", "a broker's command"],
      ["", "MDPW01", REPLY, "client", "no delimiter", "reply"],
      ["", "MDPW01", REPLY, "client", ""],
      ["", "MDPW01", HEARTBEAT, "too much"],
      ["", "MDPW01", "HEARTBEAT"],
    ].entries()) {
      await stranger.send(malformed);
      await broker.line(/malformed message refused: it is not of MDP\/0.1$/, { from: "stderr" });
      assert.equal(broker.errors.length, n + 1);
    }

    // Valid, but unexpected: the conversation is over.
    for (const unexpected of [
      [HEARTBEAT],
      [REPLY, "client", "", "reply"],
      [READY, "mmi.service"],
    ]) {
      await say(stranger, ...unexpected);
      assert.deepEqual((await next(stranger)).map(String), ["", "MDPW01", DISCONNECT]);
    }
    for (const unexpected of [
      [READY, "tea"],
      [REPLY, "client", "", "reply"],
    ]) {
      const twice = await connectWorker("tea");
      await say(twice, ...unexpected);
      assert.deepEqual((await next(twice)).map(String), ["", "MDPW01", DISCONNECT]);
      await isGone("tea");
    }
    const leaving = await connectWorker("tea");
    await say(leaving, DISCONNECT);
    await isGone("tea");
    assert.deepEqual((await ask("mmi.service", "tea")).at(-1), "404");

    // A client that is gone gets no reply, and a worker that is gone no request.
    const vanishing = new ZmqDealerConnection(factory, { connect });
    await vanishing.send(["", "MDPC01", "echo", "never mind"]);
    const request = await next(worker);
    await vanishing.shutdown();
    const dead = await connectWorker("echo");
    await broker.count(/^Worker \w+ serves echo/, 2);
    await say(worker, REPLY, ...request.slice(3));
    await dead.shutdown();
    await isGone("echo"); // what is sent to it before the broker's system has noticed is lost
    const second = ask("echo", "second");
    assert.deepEqual(await serve(worker, "Hi"), ["", "second"]);
    assert.deepEqual((await second).at(-1), "Hi");

    // Nobody serves it: the request is dropped, and who comes later never gets it.
    await stranger.send(["", "MDPC01", "coffee", "early"]);
    await broker.line(/^Nobody serves coffee: requests dropped: 1/);
    const late = await connectWorker("coffee");
    await broker.line(/^Worker \w+ serves coffee/);
    const reply = ask("coffee", "late");
    assert.deepEqual(await serve(late, "black"), ["", "late"]);
    assert.deepEqual(await reply, ["MDPC01", "coffee", "black"]);
    assert.equal(broker.errors.length, 16);
    await endsOn("SIGTERM", broker);
  });

  test("a request for a worker that has died goes to the next one", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const quiet = ["--endpoint", await stage.tcp(), "--heartbeat", "600000"];
    const broker = stage.start("mdbroker", quiet);
    const startWorker = async () => {
      const program = stage.start("mdworker", quiet);
      const [, id] = await broker.line(/^Worker (\w+) serves echo$/);
      return { program, id };
    };
    const dies = await startWorker();
    const lives = await startWorker();
    dies.program.kill("SIGKILL");
    await dies.program.exit();

    const options = { timeout: 60_000, retries: 1 };
    const client = new MajordomoClient(factoryOf(t), quiet[1] ?? "", options);
    // The broker hears of the death, which came first, and then this. Nobody beats meanwhile.
    assert.deepEqual((await client.send("mmi.service", "echo")).map(String), ["200"]);
    assert.deepEqual((await client.send("echo", "Hello")).map(String), ["Hello"]);
    await broker.line(new RegExp(`^Worker ${dies.id} of echo is gone$`));
    const counts = stage.start("mdclient", [...quiet.slice(0, 2), "--count", "20"]);
    assert.deepEqual(await counts.exit(), { code: 0, signal: null });
    assert.deepEqual(counts.lines, ["20 requests/replies processed"]);
    await endsOn("SIGINT", lives.program, broker);
  });

  test("a worker registers, beats and replies, and leaves when it is told to", async (t) => {
    const factory = factoryOf(t);
    const broker = new ZmqRouterConnection(factory, { bind: ANYWHERE });
    const log: string[] = [];
    const worker = new MajordomoWorker(factory, broker.address, "echo", {
      ...{ heartbeat: 10, liveness: 6000, reconnect: 20, log: (what) => log.push(what) },
    });
    const served = worker.serve(([request]) => ["you said", request]);
    const address = await registered(broker);
    const [, ...beat] = await broker.receive(LIMIT);
    assert.deepEqual(beat.map(String), ["", "MDPW01", HEARTBEAT]);
    await broker.send([address, "", "MDPW01", REQUEST, "malformed"]); // costs a line on stderr
    await broker.send([address, "", "MDPW01", REQUEST, "client", "", "Hello"]);
    let [, ...reply] = await broker.receive(LIMIT);
    while (reply.length === 3) [, ...reply] = await broker.receive(LIMIT);
    assert.deepEqual(reply.map(String), ["", "MDPW01", REPLY, "client", "", "you said", "Hello"]);
    await broker.send([address, "", "MDPW01", DISCONNECT]);
    const again = await registered(broker);
    assert.notDeepEqual(again, address, "on a new socket");
    await broker.send([again, "", "MDPW01", DISCONNECT]);
    await registered(broker);
    assert.deepEqual(
      log.filter((what) => !what.startsWith("Connecting")),
      ["", " in 20 ms"].map((pause) => `Disconnected by the broker: connecting anew${pause}`),
    );
    await worker.shutdown();
    await served;
  });

  test("a worker without a sign of its broker looks for it with pauses that grow", async (t) => {
    const factory = factoryOf(t);
    const broker = new ZmqRouterConnection(factory, { bind: ANYWHERE });
    const log: string[] = [];
    const worker = new MajordomoWorker(factory, broker.address, "echo", {
      ...{ heartbeat: 10, liveness: 2, reconnect: 10, reconnectMax: 40 },
      log: (what) => what.startsWith("Connecting") || log.push(what),
    });
    void worker.serve((request) => request);
    for (let n = 0; n < 5; n++) await registered(broker);
    assert.deepEqual(
      log.slice(0, 4),
      [10, 20, 40, 40].map((ms) => `No sign of the broker: connecting anew in ${ms} ms`),
    );
  });

  test("a worker does not give its broker up while it works: the guide's is silent then", async (t) => {
    const factory = factoryOf(t);
    const broker = new ZmqRouterConnection(factory, { bind: ANYWHERE });
    const worker = new MajordomoWorker(factory, broker.address, "echo", {
      ...{ heartbeat: 20, liveness: 40, reconnect: 10, reconnectMax: 10 },
    });
    let finish = () => {};
    const enough = new Promise<void>((resolve) => {
      finish = resolve;
    });
    t.after(() => finish());
    void worker.serve(async (request) => {
      await enough;
      return request;
    });
    let address: Buffer | undefined;
    for (let beats = 0; ; ) {
      const [from, , , command] = await broker.receive(LIMIT);
      if (String(command) === REPLY) break;
      if (String(command) === HEARTBEAT) beats += 1;
      else {
        beats = 0; // for the one before it may have been too late
        address = from;
        await broker.send([address, "", "MDPW01", REQUEST, "client", "", "Hello"]);
      }
      if (beats === 80) finish();
    }
    const [from, , , command] = await broker.receive(LIMIT);
    assert.deepEqual([from, String(command)], [address, HEARTBEAT], "it waits for a sign again");
    assert.notDeepEqual(await registered(broker), address, "idle, it looks for another one");
  });

  test("a worker finishes what it has in hand; an error of its handler is its caller's", async (t) => {
    const factory = factoryOf(t);
    const broker = new ZmqRouterConnection(factory, { bind: ANYWHERE });
    const workers = new ZmqFactory();
    t.after(() => workers.shutdown());
    const quiet = { heartbeat: 60_000 };
    const worker = new MajordomoWorker(workers, broker.address, "echo", quiet);
    const slow = worker.serve(async ([request]) => {
      await turn();
      void worker.shutdown();
      await turn();
      return request;
    });
    const ask = async () => {
      const [address] = await broker.receive(LIMIT);
      await broker.send([address, "", "MDPW01", REQUEST, "client", "", "Hello"]);
    };
    await ask();
    assert.deepEqual((await broker.receive(LIMIT)).slice(4).map(String), ["client", "", "Hello"]);
    await slow;

    const failing = new MajordomoWorker(workers, broker.address, "echo", quiet).serve(() => {
      throw new RangeError("too much");
    });
    await Promise.all([ask(), assert.rejects(failing, new RangeError("too much"))]);
    const pausing = new MajordomoWorker(workers, broker.address, "echo", {
      ...quiet,
      reconnect: 2 ** 30,
    });
    const paused = pausing.serve((request) => request);
    const [address] = await broker.receive(LIMIT);
    await broker.send([address, "", "MDPW01", DISCONNECT]);
    await workers.shutdown();
    await paused;
  });

  test("a client asks again on a new socket, takes no late reply, and says why it has failed", async (t) => {
    const factory = factoryOf(t);
    const broker = new ZmqRouterConnection(factory, { bind: ANYWHERE });
    const client = new MajordomoClient(factory, broker.address, { timeout: 60_000 });
    const reply = ([address]: Message, ...frames: Frames[]) =>
      broker.send([address, "", "MDPC01", ...frames] as string[]);

    // It may give up before it has connected, so it asks until two requests have arrived.
    const silent = new ZmqRouterConnection(factory, { bind: ANYWHERE });
    const hasty = new MajordomoClient(factory, silent.address, { timeout: 20, retries: 2 });
    const asked: Message[] = [];
    silent.on("message", (request) => asked.push(request));
    while (asked.length < 2) {
      await assert.rejects(hasty.send("echo", "Hello"), (error) => {
        return (
          error instanceof ZmqTimeoutError && error.message === "no reply of echo within 40 ms"
        );
      });
    }
    for (const request of asked) {
      assert.deepEqual(request.slice(1).map(String), ["", "MDPC01", "echo", "Hello"]);
    }
    assert.notDeepEqual(asked[0]?.[0], asked[1]?.[0]);

    const abort = new AbortController();
    const first = client.send("echo", "first", { signal: abort.signal });
    const late = await broker.receive(LIMIT);
    await assert.rejects(client.send("echo", "meanwhile"), ZmqStateError);
    const left = once(broker, "disconnected", { signal: AbortSignal.timeout(60_000) });
    abort.abort();
    await assert.rejects(first, ZmqAbortError);
    await left; // the first socket
    const second = client.send("echo", ["second", "frames"]);
    await reply(late, "echo", "late");
    await reply(await broker.receive(LIMIT), "echo", "in", "time");
    assert.deepEqual((await second).map(String), ["in", "time"]);

    for (const wrong of [["tea", "body"], ["echo"]]) {
      const refused = assert.rejects(client.send("echo", "third"), ZmqProtocolError);
      await reply(await broker.receive(LIMIT), ...wrong);
      await refused;
    }
    const ended = assert.rejects(client.send("echo", "last"), ZmqClosedError);
    await broker.receive(LIMIT);
    await client.shutdown();
    await ended;
  });
});

function factoryOf(t: TestContext): ZmqFactory {
  const factory = new ZmqFactory({ lingerPeriod: 0 });
  t.after(() => factory.shutdown());
  return factory;
}

function say(worker: ZmqDealerConnection, ...frames: (string | Buffer)[]): Promise<void> {
  return worker.send(["", "MDPW01", ...frames]);
}

/** Waits for a worker. @returns its address */
async function registered(broker: ZmqRouterConnection): Promise<Buffer> {
  for (let beats = 0; ; beats++) {
    assert.ok(beats < 3000, "it gets heartbeats alone");
    const [address, ...message] = await broker.receive(LIMIT);
    if (message.length === 3) continue; // a heartbeat
    assert.deepEqual(message.map(String), ["", "MDPW01", READY, "echo"]);
    return address;
  }
}

/** The next message that is no heartbeat. */
async function next(worker: ZmqDealerConnection): Promise<Message> {
  for (let beats = 0; ; beats++) {
    assert.ok(beats < 3000, "it gets heartbeats alone");
    const message = await worker.receive(LIMIT);
    if (String(message[2]) !== HEARTBEAT) return message;
  }
}
