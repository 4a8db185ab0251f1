import assert from "node:assert/strict";
import { test } from "node:test";
import { endsOn, refuses, Stage } from "@tx0mq/smoke";
import { ZmqDealerConnection, ZmqEndpoint, ZmqFactory, ZmqReqConnection } from "tx0mq";
import { allTakeTheirShare, ask, clientsFirst, sendNonsense } from "./smoke.clients.ts";

/** For waits at sockets; those for programs have one of their own. */
const LIMIT = { timeout: 120_000 };

const ANYWHERE = "tcp://127.0.0.1:*";

test("replies go to who asked, workers share the load, and join at any time", LIMIT, async (t) => {
  const stage = new Stage(t, import.meta.url);
  await using factory = new ZmqFactory();
  const broker = stage.start("rrbroker", ["--frontend", ANYWHERE, "--backend", ANYWHERE]);
  const [, frontend = "", backend = ""] = await broker.line(/listening on (\S+), workers on (\S+)/);

  const start = (program: string, args: readonly string[]) => stage.start(program, args);
  const parallel = await clientsFirst(start, { frontend, backend });

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

  // One worker more, while a client runs.
  const client = connect();
  const joined = start("rrworker", ["--endpoint", backend, "--work", "0"]);
  await allTakeTheirShare(client);

  // Nonsense from a client, and from a worker.
  await sendNonsense(factory, frontend);
  await joined.line(/^rrworker: refused a request/, { from: "stderr" });
  await parallel.count(/^rrworker-parallel: A-\d refused a request/, 2, { from: "stderr" });
  const confused = new ZmqDealerConnection(factory, ZmqEndpoint.connect(backend));
  confused.on("message", (request) => confused.send(request));
  await confused.send("no envelope");
  await confused.send(["nobody", "", "World"]);
  while ((await ask(client, "echo")) !== "echo"); // it is connected, and has said its nonsense
  assert.deepEqual(broker.errors, []);

  const second = stage.start("rrbroker", ["--frontend", frontend, "--backend", ANYWHERE]);
  await refuses(second, new RegExp(`^rrbroker: address in use: ${frontend} `), 1);

  await endsOn("SIGINT", joined, parallel);
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
    ...["--endpoint", String(backend.lastEndpoint), "--name", "B"],
    ...["--workers", "5", "--work", "1000000"],
  ]);
  await allJoined;
  for (let n = 0; n < 5; n++) await backend.send(["", "Hello"]);
  await worker.count(/^Worker B-[1-5] received request: \[Hello\]$/, 5); // no reply is due for ages

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
    await refuses(program, new RegExp(`^usage: ${programs[index]} .*--colour`));
  }
  await refuses(typo, /^rrbroker: .*unknown transport "tpc"/);
});
