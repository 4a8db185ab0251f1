import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { endsOn, Stage } from "@tx0mq/smoke";

describe("freelance, model one", { concurrency: true }, () => {
  test("with the first server dead or frozen, the answer comes from the next", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const [dead, frozen, alive] = [await stage.tcp(), await stage.tcp(), await stage.tcp()];
    const [hangs, serves] = [frozen, alive].map((address) => stage.start("flserver1", [address]));
    assert.ok(hangs && serves);
    for (const server of [hangs, serves]) await server.line(/^Echo service is ready/);
    hangs.kill("SIGSTOP");
    const clients = [dead, frozen].map((first) => {
      const addresses = [first, alive, dead];
      return { first, client: stage.start("flclient1", ["--timeout", "3000", ...addresses]) };
    });
    for (const { first, client } of clients) {
      assert.deepEqual(await client.exit(), { code: 0, signal: null });
      assert.deepEqual(client.lines, [
        `Trying echo service at ${first}...`,
        `No response from ${first}`,
        `Trying echo service at ${alive}...`,
        "Service is running OK",
      ]);
    }
    await endsOn("SIGINT", serves);
  });

  test("a single server is tried three times; with all dead the client says so", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const address = await stage.tcp();
    const client = stage.start("flclient1", ["--timeout", "100", address]);
    assert.deepEqual(await client.exit(), { code: 1, signal: null });
    const tries = [`Trying echo service at ${address}...`, `No response from ${address}`];
    assert.deepEqual(client.lines, [...tries, ...tries, ...tries]);
    const several = stage.start("flclient1", ["--timeout", "10", address, await stage.tcp()]);
    assert.deepEqual(await several.exit(), { code: 1, signal: null });
    assert.equal(several.lines.length, 4);
  });

  test("a server that comes late is found by a later try", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const address = await stage.tcp();
    const client = stage.start("flclient1", ["--retries", "1000", "--timeout", "1000", address]);
    await client.line(/^No response/);
    const server = stage.start("flserver1", [address]);
    await client.line(/^Service is running OK$/);
    assert.deepEqual(await client.exit(), { code: 0, signal: null });
    await endsOn("SIGINT", server);
  });
});
