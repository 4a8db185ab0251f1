import assert from "node:assert/strict";
import { test } from "node:test";
import { type Program, Stage } from "@tx0mq/smoke";
import { ZmqDealerConnection, ZmqEndpoint, ZmqFactory, ZmqReqConnection } from "tx0mq";

/** For waits at sockets; those for programs have one of their own. */
const LIMIT = { timeout: 60_000 };

const ANYWHERE = "tcp://127.0.0.1:*";

test("replies go to who asked, workers share the load, and join at any time", LIMIT, async (t) => {
  const stage = new Stage(t, import.meta.url);
  await using factory = new ZmqFactory();
  const broker = stage.start("rrbroker", ["--frontend", ANYWHERE, "--backend", ANYWHERE]);
  const [, frontend = "", backend = ""] = await broker.line(/listening on (\S+), workers on (\S+)/);

  // Clients first: their requests wait in the broker until a worker comes.
  const clients = ["Ada", "Grace"].map((request) =>
    stage.start("rrclient", ["--endpoint", frontend, "--request", request]),
  );
  for (const client of clients) await client.line(/asks/);
  const parallel = stage.start("rrworker-parallel", [
    ...["--endpoint", backend, "--name", "A", "--workers", "2", "--work", "0"],
  ]);
  for (const [index, client] of clients.entries()) {
    assert.deepEqual(await client.exit(), { code: 0, signal: null });
    const replies = client.lines.slice(1).map((line) => line.replace(/A-[12]/, "?"));
    assert.deepEqual(
      replies,
      Array.from(
        { length: 10 },
        (_, n) => `Received reply ${n + 1} [${["Ada", "Grace"][index]}, World from worker ?]`,
      ),
    );
  }

  const connect = () => new ZmqReqConnection(factory, ZmqEndpoint.connect(frontend));
  const crowd = Array.from({ length: 20 }, (_, index) => ({ name: `c${index}`, req: connect() }));
  await Promise.all(
    crowd.map(async ({ name, req }) => {
      for (let n = 0; n < 10; n++) {
        const reply = await ask(req, `${name} ${n}`);
        assert.ok(reply.startsWith(`${name} ${n}, World`), `${name} got its own: ${reply}`);
      }
    }),
  );

  // One worker more, while a client runs: it asks until it has heard from the new one.
  const client = connect();
  const heard = new Set<string>();
  const joined = stage.start("rrworker", ["--endpoint", backend, "--work", "0"]);
  while (heard.size < 3) heard.add(await ask(client, "Who?"));
  const shares = new Map<string, number>();
  for (let n = 0; n < 30; n++) {
    const reply = await ask(client, "Who?");
    shares.set(reply, (shares.get(reply) ?? 0) + 1);
  }
  assert.deepEqual(
    [...shares].sort(),
    [
      ["Who?, World from worker A-1", 10],
      ["Who?, World from worker A-2", 10],
      ["World", 10],
    ],
    "each of the three takes its share",
  );

  // Nonsense from a client, at all three workers, and from a worker.
  const rude = new ZmqDealerConnection(factory, ZmqEndpoint.connect(frontend));
  await rude.send("no envelope");
  for (let n = 0; n < 3; n++) await rude.send(["", "two", "frames"]);
  for (let n = 0; n < 3; n++) {
    assert.deepEqual((await rude.receive()).map(String), ["", ""], "refused with an empty reply");
  }
  await joined.line(/^rrworker: refused a request/, { from: "stderr" });
  await parallel.count(/^rrworker-parallel: A-\d refused a request/, 2, { from: "stderr" });
  const confused = new ZmqDealerConnection(factory, ZmqEndpoint.connect(backend));
  confused.on("message", (request) => confused.send(request));
  await confused.send("no envelope");
  await confused.send(["nobody", "", "World"]);
  while ((await ask(client, "echo")) !== "echo"); // it is connected, and has said its nonsense
  assert.deepEqual(broker.errors, []);

  const second = stage.start("rrbroker", ["--frontend", frontend, "--backend", ANYWHERE]);
  assert.deepEqual(await second.exit(), { code: 1, signal: null });
  assert.equal(second.errors.length, 1);
  assert.ok(second.errors[0]?.includes(`address in use: ${frontend}`));

  for (const program of [joined, parallel]) await endsOn("SIGINT", program);
  await confused.shutdown();
  await client.send("Is nobody there?");
  await endsOn("SIGINT", broker);
});

test("one worker process has five requests in hand at once", LIMIT, async (t) => {
  const stage = new Stage(t, import.meta.url);
  await using factory = new ZmqFactory();
  const backend = new ZmqDealerConnection(factory);
  let joined = 0;
  const allJoined = new Promise<void>((resolve) => {
    backend.on("handshakeSucceeded", () => ++joined === 5 && resolve());
  });
  backend.addEndpoints(ZmqEndpoint.bind(ANYWHERE));
  const worker = stage.start("rrworker-parallel", [
    ...["--endpoint", String(backend.lastEndpoint), "--workers", "5", "--work", "1000000"],
  ]);
  await allJoined;
  for (let n = 0; n < 5; n++) await backend.send(["", "Hello"]);
  await worker.count(/received request: \[Hello\]/, 5); // no reply is due for ages

  await endsOn("SIGTERM", worker);
});

test("a client without a broker ends on Ctrl-C, and wrong arguments get one line", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const lonely = stage.start("rrclient", ["--endpoint", stage.ipc("nowhere")]);
  const programs = ["rrclient", "rrworker", "rrworker-parallel", "rrbroker"];
  const wrong = programs.map((name) => stage.start(name, ["--colour", "red"]));
  const typo = stage.start("rrbroker", ["--backend", "tpc://*:5560", "--frontend", ANYWHERE]);

  await lonely.line(/asks/);
  await endsOn("SIGINT", lonely);
  for (const [index, program] of wrong.entries()) {
    assert.deepEqual(await program.exit(), { code: 2, signal: null });
    assert.equal(program.errors.length, 1);
    assert.match(program.errors[0] ?? "", new RegExp(`^usage: ${programs[index]} .*--colour`));
  }
  assert.deepEqual(await typo.exit(), { code: 2, signal: null });
  assert.equal(typo.errors.length, 1);
  assert.match(typo.errors[0] ?? "", /^rrbroker: .*unknown transport "tpc"/);
});

async function ask(client: ZmqReqConnection, request: string): Promise<string> {
  await client.send(request);
  return String(await client.receive());
}

async function endsOn(signal: "SIGINT" | "SIGTERM", program: Program): Promise<void> {
  const refusals = program.errors.length;
  program.kill(signal);
  assert.deepEqual(await program.exit(), { code: null, signal });
  assert.equal(program.errors.length, refusals, "no stack trace");
}
