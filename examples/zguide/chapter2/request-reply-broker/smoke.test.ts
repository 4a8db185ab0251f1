import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { endsOn, refuses, Stage } from "@tx0mq/smoke";
import { ZmqDealerConnection, ZmqFactory, ZmqReqConnection } from "tx0mq";

const ANYWHERE = "tcp://127.0.0.1:*";
const LIMIT = { timeout: 60_000 }; // for what never comes

describe("request-reply broker", { concurrency: true, timeout: 120_000 }, () => {
  test("replies go to who asked, workers share the load, and may join at any time", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const broker = stage.start("rrbroker", ["--frontend", ANYWHERE, "--backend", ANYWHERE]);
    const [, frontend, backend] = await broker.line(/listening on (\S+), workers on (\S+)/);

    // Clients first: their requests wait in the broker until there is a worker.
    const clients = ["Ada", "Grace"].map((request) =>
      stage.start("rrclient", ["--endpoint", frontend, "--request", request]),
    );
    for (const client of clients) await client.line(/ten requests/);
    const parallel = ["--endpoint", backend, "--work", "0", "B", "2"];
    const two = stage.start("rrworker-parallel", parallel);
    for (const [index, client] of clients.entries()) {
      assert.deepEqual(await client.exit(), { code: 0, signal: null });
      const replies = client.lines.slice(1).map((line) => line.replace(/B-[12]/, "?"));
      const reply = `[${["Ada", "Grace"][index]}, World from worker ?]`;
      assert.deepEqual(
        replies,
        Array.from({ length: 10 }, (_, n) => `Received reply ${n + 1} ${reply}`),
      );
    }

    // One worker more, while a client runs.
    await using factory = new ZmqFactory();
    const client = new ZmqReqConnection(factory, { connect: frontend });
    const ask = async (request: string): Promise<string> => {
      await client.send(request);
      return String(await client.receive(LIMIT));
    };
    const third = stage.start("rrworker", ["--endpoint", backend, "--work", "0"]);
    while ((await ask("Who?")) !== "World");
    const replies = [];
    for (let n = 0; n < 30; n++) replies.push(await ask("Who?"));
    for (const who of ["Who?, World from worker B-1", "Who?, World from worker B-2", "World"]) {
      assert.equal(replies.filter((reply) => reply === who).length, 10, `${who}: ${replies}`);
    }

    // What has no envelope costs the worker that gets it one line, and harms nobody.
    const rude = new ZmqDealerConnection(factory, { connect: frontend });
    await rude.send("no envelope");
    const confused = new ZmqDealerConnection(factory, { connect: backend });
    confused.on("message", (request) => confused.send(request));
    await confused.send("no envelope");
    await confused.send(["nobody", "", "World"]);
    while ((await ask("echo")) !== "echo"); // it has connected, and its nonsense was first
    await endsOn("SIGINT", two, third);
    assert.deepEqual(broker.errors, []);
    assert.match([...two.errors, ...third.errors].join("\n"), /^.*malformed message refused.*$/);

    // A request that nobody is there for does not hold up the broker's end.
    await confused.shutdown();
    await client.send("Is nobody there?");
    await endsOn("SIGINT", broker);
  });

  test("one worker process has five requests in hand at once", async (t) => {
    const stage = new Stage(t, import.meta.url);
    await using factory = new ZmqFactory();
    const backend = new ZmqDealerConnection(factory);
    const joined = backend.peers(5, LIMIT);
    backend.addEndpoints({ bind: ANYWHERE });
    const never = ["--work", "1000000"]; // no reply is due for ages
    const worker = stage.start("rrworker-parallel", ["--endpoint", backend.address, ...never]);
    const wrong = stage.start("rrclient", ["--colour", "red"]);
    await joined;
    for (let n = 0; n < 5; n++) await backend.send(["", "Hello"]);
    await worker.count(/^Worker A-[1-5] received request: \[Hello\]$/, 5);
    await endsOn("SIGTERM", worker);
    assert.equal(backend.readable, false, "all are at work");
    await refuses(wrong, /^rrclient: .*--colour/);
  });
});
