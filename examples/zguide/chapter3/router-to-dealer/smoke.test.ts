import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, test } from "node:test";
import { endsOn, refuses, Stage } from "@tx0mq/smoke";
import { ZmqDealerConnection, ZmqFactory, ZmqRouterConnection } from "tx0mq";

const ANYWHERE = "tcp://127.0.0.1:*";

describe("rtdealer", { concurrency: true, timeout: 120_000 }, () => {
  test("ten workers are all told to stop, and a slow one has done less", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const program = stage.start("rtdealer", [
      ...["--bind", ANYWHERE, "--slow", "1", "--work", "100", "--time", "5000"],
    ]);
    assert.deepEqual(await program.exit(), { code: 0, signal: null });
    assert.deepEqual(program.errors, []);
    const [slow = 0, ...others] = Array.from({ length: 10 }, (_, n) => {
      const line = program.lines.find((text) => text.startsWith(`Worker ${n} completed:`));
      return Number(/(\d+) tasks$/.exec(line ?? "")?.[1]);
    });
    const mean = others.reduce((sum, total) => sum + total, 0) / others.length;
    assert.ok(slow >= 1 && slow < mean / 2, `${slow} tasks, while the others did ${others}`);
  });

  test("each gets an order when it asks, and no more; the broker ends when all are fired", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const broker = stage.start("rtdealer", [
      ...["--role", "broker", "--bind", ANYWHERE, "--workers", "3", "--time", "1000"],
    ]);
    const [, address] = await broker.line(/listening on (\S+),/);
    await using factory = new ZmqFactory();
    const [outsider, last] = [new ZmqDealerConnection(factory), new ZmqDealerConnection(factory)];
    for (const dealer of [outsider, last]) {
      const connected = dealer.peers(1, { timeout: 60_000 });
      dealer.addEndpoints({ connect: address });
      await connected;
    }
    const left = once(outsider, "disconnected", { signal: AbortSignal.timeout(60_000) });
    const ask = async (dealer: ZmqDealerConnection) => {
      assert.equal(dealer.readable, false, "no order before it asks");
      await dealer.send(["", "Hi Boss"]);
      return String(await dealer.receive({ timeout: 60_000 }));
    };
    const asked = performance.now();
    let order = await ask(outsider);
    const worker = stage.start("rtdealer", [
      ...["--role", "worker", "--connect", address, "--work", "10"],
    ]);
    while (order === ",Work harder") order = await ask(outsider);
    assert.equal(order, ",Fired!");
    assert.ok(performance.now() - asked >= 1000, "the time begins with the first question");
    assert.equal(await ask(outsider), ",Fired!", "it asks again");
    assert.deepEqual(await worker.exit(), { code: 0, signal: null });
    assert.match(String(worker.lines), /^Worker \d+ waits for .*,Worker \d+ completed: \d+ tasks$/);
    assert.equal(await ask(last), ",Fired!", "who is fired twice counts once");
    assert.deepEqual(await broker.exit(), { code: 0, signal: null });
    await left; // after all that the broker has sent
    assert.equal(outsider.readable, false, "no order after the last one");
  });

  test("a worker's address is text, since the broker in C reads addresses as strings", async (t) => {
    await using factory = new ZmqFactory();
    const broker = new ZmqRouterConnection(factory, { bind: ANYWHERE });
    const worker = new Stage(t, import.meta.url).start("rtdealer", [
      ...["--role", "worker", "--connect", broker.address],
    ]);
    const [address, ...question] = await broker.receive({ timeout: 60_000 });
    assert.match(String(address), /^[ -~]+$/);
    assert.deepEqual(question.map(String), ["", "Hi Boss"]);
    await broker.send([address, "", "END"]); // as the broker in Python says it
    assert.deepEqual(await worker.exit(), { code: 0, signal: null });
    assert.match(worker.lines.at(-1) ?? "", /completed: 0 tasks$/);
  });

  test("Ctrl-C ends it, and a wrong role gets one line", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const program = stage.start("rtdealer", ["--bind", ANYWHERE, "--work", "1", "--time", "60000"]);
    await refuses(
      stage.start("rtdealer", ["--role", "boss"]),
      /^rtdealer: --role is all, broker or worker/,
    );
    await program.line(/50 tasks given out/);
    await endsOn("SIGINT", program);
    assert.deepEqual(program.errors, []);
  });
});
