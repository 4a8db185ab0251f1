import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { endsOn, refuses, Stage } from "@tx0mq/smoke";
import { ZmqDealerConnection, ZmqFactory } from "tx0mq";

const ANYWHERE = "tcp://127.0.0.1:*";

describe("a request handler per request", { concurrency: true }, () => {
  test("100 clients at once: all handlers work side by side, and take about as long as one", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const program = stage.start("asyncrrhandlers", ["--bind", ANYWHERE]);
    assert.deepEqual(await program.exit(), { code: 0, signal: null });
    assert.deepEqual(program.errors, []);

    const { lines } = program;
    const started = lines.flatMap((line, at) => (line.startsWith("Handler started") ? at : []));
    const firstReply = lines.findIndex((line) => line.includes("received reply"));
    assert.equal(started.length, 100);
    assert.ok(Number(started.at(-1)) < firstReply, "all are at work before the first one replies");

    const served = lines.flatMap((line) => {
      const [, client, to] = /^Client (\S+) received reply: .*client (\S+)\]$/.exec(line) ?? [];
      assert.equal(to, client, "each client gets its own reply");
      return client ?? [];
    });
    assert.equal(served.length, 100);
    assert.equal(new Set(served).size, 100);
    const [, seconds] = /processed in (\S+) seconds/.exec(lines.at(-1) ?? "") ?? [];
    assert.ok(Number(seconds) < (100 * 5) / 4, "one after the other they would take 500 s");
  });

  test("Ctrl-C ends it with a request in work; a wrong flag gets one line", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const server = stage.start("asyncrrhandlers", ["--role", "server", "--bind", ANYWHERE]);
    await refuses(stage.start("asyncrrhandlers", ["--work", "hard"]), /^asyncrrhandlers: --work/);
    const [, address = ""] = await server.line(/listening on (\S+)/);
    await using factory = new ZmqFactory();
    await new ZmqDealerConnection(factory, { connect: address }).send("request");
    await server.line(/Handler started to process request/);
    await endsOn("SIGINT", server);
    assert.deepEqual(server.errors, []);
  });
});
