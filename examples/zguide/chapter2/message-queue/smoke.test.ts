import assert from "node:assert/strict";
import { test } from "node:test";
import { type Program, Stage } from "@tx0mq/smoke";
import { ZmqDealerConnection, ZmqEndpoint, ZmqFactory, ZmqReqConnection } from "tx0mq";

/** For waits at sockets; those for programs have one of their own. */
const LIMIT = { timeout: 60_000 };

const ANYWHERE = "tcp://127.0.0.1:*";

test("the request-reply clients and workers run through it unchanged", LIMIT, async (t) => {
  const stage = new Stage(t, import.meta.url);
  await using factory = new ZmqFactory();
  const queue = stage.start("msgqueue", ["--frontend", ANYWHERE, "--backend", ANYWHERE]);
  const [, frontend = "", backend = ""] = await queue.line(/listening on (\S+), workers on (\S+)/);

  // Clients first: their requests wait in the queue until a worker comes.
  const requests = ["Ada", "Grace"];
  const clients = requests.map((request) =>
    stage.start("../request-reply-broker/rrclient", [
      ...["--endpoint", frontend, "--request", request],
    ]),
  );
  for (const client of clients) await client.line(/asks/);
  const parallel = stage.start("../request-reply-broker/rrworker-parallel", [
    ...["--endpoint", backend, "--workers", "2", "--work", "0"],
  ]);
  for (const [index, client] of clients.entries()) {
    assert.deepEqual(await client.exit(), { code: 0, signal: null });
    assert.deepEqual(
      client.lines.slice(1).map((line) => line.replace(/A-[12]/, "?")),
      Array.from(
        { length: 10 },
        (_, n) => `Received reply ${n + 1} [${requests[index]}, World from worker ?]`,
      ),
    );
  }

  // One worker more, while a client runs: it asks until it has heard from the new one.
  const worker = stage.start("../request-reply-broker/rrworker", [
    ...["--endpoint", backend, "--work", "0"],
  ]);
  const client = new ZmqReqConnection(factory, ZmqEndpoint.connect(frontend));
  const heard = new Set<string>();
  while (heard.size < 3) heard.add(await ask(client, "Who?"));
  const shares = new Map<string, number>();
  for (let n = 0; n < 30; n++) {
    const reply = await ask(client, "Who?");
    shares.set(reply, (shares.get(reply) ?? 0) + 1);
  }
  assert.deepEqual([...shares.values()], [10, 10, 10], "each of the three takes its share");

  // It passes nonsense on as it is; the workers refuse it, and all goes on.
  const rude = new ZmqDealerConnection(factory, ZmqEndpoint.connect(frontend));
  await rude.send("no envelope");
  for (let n = 0; n < 3; n++) await rude.send(["", "two", "frames"]);
  for (let n = 0; n < 3; n++) assert.deepEqual((await rude.receive()).map(String), ["", ""]);
  await worker.line(/refused/, { from: "stderr" });
  await parallel.count(/refused/, 2, { from: "stderr" });
  assert.match(await ask(client, "Still there?"), /World/);

  const second = stage.start("msgqueue", ["--frontend", frontend, "--backend", ANYWHERE]);
  assert.deepEqual(await second.exit(), { code: 1, signal: null });
  assert.equal(second.errors.length, 1);
  assert.ok(second.errors[0]?.includes(`address in use: ${frontend}`), "it names the address");

  // The workers leave, a request comes that nobody is there for, and the queue can still be ended.
  for (const program of [worker, parallel]) await endsOn("SIGINT", program);
  await client.send("Is nobody there?");
  await endsOn("SIGINT", queue);
});

test("it ends on SIGTERM too, and wrong arguments get one line", LIMIT, async (t) => {
  const stage = new Stage(t, import.meta.url);
  const queue = stage.start("msgqueue", ["--frontend", ANYWHERE, "--backend", ANYWHERE]);
  const flag = stage.start("msgqueue", ["--colour", "red"]);
  const typo = stage.start("msgqueue", ["--frontend", ANYWHERE, "--backend", "tpc://*:5560"]);

  const [, frontend = ""] = await queue.line(/listening on (\S+),/);
  await using factory = new ZmqFactory();
  const client = new ZmqReqConnection(factory, ZmqEndpoint.connect(frontend));
  await client.send("Is nobody there?");
  await endsOn("SIGTERM", queue);
  assert.deepEqual(await flag.exit(), { code: 2, signal: null });
  assert.equal(flag.errors.length, 1);
  assert.match(flag.errors[0] ?? "", /^usage: msgqueue .*--colour/);
  assert.deepEqual(await typo.exit(), { code: 2, signal: null });
  assert.equal(typo.errors.length, 1);
  assert.match(typo.errors[0] ?? "", /^msgqueue: .*unknown transport "tpc"/);
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
