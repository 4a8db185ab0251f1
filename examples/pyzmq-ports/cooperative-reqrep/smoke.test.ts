import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { endsOn, Stage } from "@tx0mq/smoke";

describe("client, broker and worker", { concurrency: true }, () => {
  test("all three roles share one event loop", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const [front, back] = [await stage.tcp(), await stage.tcp()];
    const all = stage.start("reqrep", [
      ...["--frontend", front, "--client", front, "--backend", back, "--worker", back],
    ]);
    assert.deepEqual(await all.exit(), { code: 0, signal: null });
    assert.deepEqual(
      all.lines,
      Array.from({ length: 9 }, (_, n) => [
        "Received request: Hello",
        `Received reply ${n + 1}: World`,
      ]).flat(),
    );
  });

  test("each can be a process of its own", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const [front, back] = [await stage.tcp(), await stage.tcp()];
    const client = stage.start("reqrep", ["--role", "client", "--client", front]);
    const worker = stage.start("reqrep", ["--role", "worker", "--worker", back]);
    const broker = stage.start("reqrep", [
      ...["--role", "broker", "--frontend", front, "--backend", back],
    ]);
    await worker.count(/^Received request: Hello$/, 9);
    await client.count(/^Received reply \d: World$/, 9);
    assert.deepEqual(await client.exit(), { code: 0, signal: null });
    await endsOn("SIGINT", worker, broker);
  });
});
