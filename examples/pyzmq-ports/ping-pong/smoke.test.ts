import assert from "node:assert/strict";
import { test } from "node:test";
import { endsOn, Stage } from "@tx0mq/smoke";

test("pings are answered while pong's main thread is blocked", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const address = await stage.tcp();
  const pong = stage.start("pong", ["--endpoint", address, "--work", "60000"]);
  await pong.line(/^starting blocking loop$/);
  const ping = stage.start("ping", ["--endpoint", address, "--pause", "50"]);
  const answers = await ping.count(/^ping (\d+): [\d.]+ ms$/, 12);
  assert.deepEqual(
    answers.map(([, n]) => Number(n)),
    Array.from({ length: 12 }, (_, n) => n + 1),
  );
  assert.deepEqual(pong.lines, ["starting blocking loop"], "and is blocked yet");
  await endsOn("SIGINT", ping, pong);
});
