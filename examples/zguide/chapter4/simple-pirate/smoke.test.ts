import assert from "node:assert/strict";
import { test } from "node:test";
import { endsOn, Stage } from "@tx0mq/smoke";
import { ZmqDealerConnection, ZmqFactory } from "tx0mq";

const ANYWHERE = "tcp://127.0.0.1:*";
const COUNT = 10;

test("clients keep getting replies while workers are killed and replaced", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const queue = stage.start("spqueue", ["--frontend", ANYWHERE, "--backend", ANYWHERE]);
  const [, frontend, backend] = await queue.line(/listening on (\S+), workers on (\S+)/);
  const start = () =>
    stage.start("spworker", ["--endpoint", backend, "--faultless", "--work", "100"]);
  const workers = [start(), start()];
  const clients = [1, 2].map(() =>
    stage.start("../lazy-pirate/lpclient", [
      ...["--endpoint", frontend, "--timeout", "1500", "--count", `${COUNT}`],
    ]),
  );
  for (const victim of workers) {
    await victim.line(/normal reply/);
    victim.kill("SIGKILL"); // while it works
    await start().line(/normal reply/);
  }

  await using factory = new ZmqFactory();
  const stranger = new ZmqDealerConnection(factory, { connect: backend });
  await stranger.send("no envelope");
  await queue.line(/malformed message refused/, { from: "stderr" });

  for (const client of clients) {
    assert.deepEqual(await client.exit(), { code: 0, signal: null });
    assert.deepEqual(
      client.lines.filter((line) => line.startsWith("Server replied")),
      Array.from({ length: COUNT }, (_, n) => `Server replied OK (${n})`),
    );
  }
  assert.equal(queue.errors.length, 1);
  await endsOn("SIGINT", queue);
});
