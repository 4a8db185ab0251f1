import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { endsOn, Stage } from "@tx0mq/smoke";

describe("majordomo", { concurrency: true }, () => {
  test("a client's requests are replied to by a worker, through the broker", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const endpoint = ["--endpoint", stage.ipc("broker")];
    const broker = stage.start("mdbroker", endpoint);
    const worker = stage.start("mdworker", endpoint);
    const client = stage.start("mdclient", [...endpoint, "--count", "200"]);
    assert.deepEqual(await client.exit(), { code: 0, signal: null });
    assert.deepEqual(client.lines, ["200 requests/replies processed"]);
    await endsOn("SIGINT", worker, broker);
  });
});
