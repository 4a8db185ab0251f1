import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { endsOn, refuses, Stage } from "@tx0mq/smoke";
import { ZmqFactory, ZmqReqConnection } from "tx0mq";

const ANYWHERE = "tcp://127.0.0.1:*";
const LIMIT = { timeout: 60_000 }; // for what never comes
const GOODBYE = ["W: interrupt received, cleaning up", "W: socket closed, bye"];

describe("interrupt", { concurrency: true, timeout: 120_000 }, () => {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    test(`${signal} while it waits`, async (t) => {
      const stage = new Stage(t, import.meta.url);
      const program = stage.start("interrupt", ["--endpoint", ANYWHERE, "--work", "0"]);
      const [, address] = await program.line(/listening on (\S+):/);
      await using factory = new ZmqFactory();
      const client = new ZmqReqConnection(factory, { connect: address });
      for (const request of [["one"], ["two", "frames"], [""]]) {
        await client.send(request);
        assert.deepEqual((await client.receive(LIMIT)).map(String), request);
      }
      await endsOn(signal, program); // by the signal: a shell sees 130, or 143
      assert.deepEqual(program.lines.slice(-2), GOODBYE);
    });

    test(`${signal} while it works: the request in hand is finished`, async (t) => {
      const stage = new Stage(t, import.meta.url);
      const program = stage.start("interrupt", ["--endpoint", ANYWHERE, "--work", "500"]);
      const [, address] = await program.line(/listening on (\S+):/);
      await using factory = new ZmqFactory();
      const client = new ZmqReqConnection(factory, { connect: address });
      await client.send("something long");
      await program.line(/^Working on something long$/);
      await endsOn(signal, program);
      assert.deepEqual(program.lines.slice(-3), ["Replied", ...GOODBYE]);
      assert.equal(String(await client.receive(LIMIT)), "something long");
    });
  }

  test("what takes longer is given up, and a wrong flag gets one line", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const wrong = stage.start("interrupt", ["--work", "hard"]);
    const program = stage.start("interrupt", ["--endpoint", ANYWHERE, "--work", "86400000"]);
    const [, address] = await program.line(/listening on (\S+):/);
    await using factory = new ZmqFactory();
    const client = new ZmqReqConnection(factory, { connect: address });
    await client.send("a day's work");
    await program.line(/^Working on a day's work$/);
    await endsOn("SIGINT", program);
    assert.ok(!program.lines.includes("Replied"), "it was at work");
    await refuses(wrong, /^interrupt: --work is a whole number/);
  });
});
