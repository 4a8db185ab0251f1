import assert from "node:assert/strict";
import { test } from "node:test";
import { endsOn, refuses, Stage } from "@tx0mq/smoke";
import { ZmqFactory, ZmqReqConnection } from "tx0mq";

const ANYWHERE = "tcp://127.0.0.1:*";

test("the request-reply clients and workers run through it unchanged", {
  timeout: 120_000,
}, async (t) => {
  const stage = new Stage(t, import.meta.url);
  const wrong = stage.start("msgqueue", ["--colour", "red"]);
  const queue = stage.start("msgqueue", ["--frontend", ANYWHERE, "--backend", ANYWHERE]);
  const [, frontend, backend] = await queue.line(/listening on (\S+), workers on (\S+)/);
  const clients = ["Ada", "Grace"].map((request) =>
    stage.start("../request-reply-broker/rrclient", ["--endpoint", frontend, "--request", request]),
  );
  const workers = stage.start("../request-reply-broker/rrworker-parallel", [
    ...["--endpoint", backend, "--work", "0", "A", "2"],
  ]);
  for (const [index, client] of clients.entries()) {
    assert.deepEqual(await client.exit(), { code: 0, signal: null });
    const reply = `[${["Ada", "Grace"][index]}, World from worker ?]`;
    assert.deepEqual(
      client.lines.slice(1).map((line) => line.replace(/A-[12]/, "?")),
      Array.from({ length: 10 }, (_, n) => `Received reply ${n + 1} ${reply}`),
    );
  }
  await workers.line(/^Worker A-1 received/);
  await workers.line(/^Worker A-2 received/);

  // The workers leave, a request comes that nobody is there for, and the queue can still be ended.
  await endsOn("SIGINT", workers);
  await using factory = new ZmqFactory();
  await new ZmqReqConnection(factory, { connect: frontend }).send("Is nobody there?");
  await endsOn("SIGINT", queue);
  assert.deepEqual(queue.errors, []);
  await refuses(wrong, /^msgqueue: .*--colour/);
});
