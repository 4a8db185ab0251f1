import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { endsOn, Stage } from "@tx0mq/smoke";
import pino from "pino";
import { ZmqFactory, ZmqSubConnection, ZmqXPubConnection, ZmqXSubConnection } from "tx0mq";
import { PubHandler } from "./pub-handler.ts";

const LIMIT = { timeout: 60_000 }; // for what never comes

const PUB = { verboser: true, noDrop: true };

describe("logger", { concurrency: true, timeout: 120_000 }, () => {
  test("a collector filters by level and by root topic; workers go on while it is away", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const { port } = new URL((await stage.tcp()).replace("tcp", "http"));
    const worker = (root: string) =>
      stage.start("zmqlogger", ["1", port, "--role", "worker", "--root", root, "--period", "5"]);
    const programs = [worker("shop"), worker("bank")];
    for (const program of programs) await program.line(/^worker 1 has dropped [1-9]\d* records$/);
    const collect = (...topics: string[]) => {
      const flags = topics.flatMap((topic) => ["--topics", topic]);
      return stage.start("zmqlogger", ["1", port, "--role", "collector", ...flags]);
    };
    const errors = collect("shop.ERROR", "bank.CRITICAL");
    await errors.count(/^shop\.ERROR: Hello from worker 1!$/, 3);
    await errors.count(/^bank\.CRITICAL: Hello from worker 1!$/, 3);
    assert.equal(
      errors.lines.filter((line) => !/^(collecting|shop\.E|bank\.C)/.test(line)).length,
      0,
    );
    errors.kill("SIGKILL");
    await errors.exit();

    const all = collect("bank");
    for (const level of ["CRITICAL", "ERROR", "WARNING"]) {
      await all.line(new RegExp(`^bank\\.${level}: Hello from worker 1!$`));
    }
    await endsOn("SIGINT", all, ...programs);
  });

  test("as a destination of pino: topics and messages as pyzmq's handler has them", async () => {
    await using factory = new ZmqFactory();
    const pub = new ZmqXPubConnection(factory, { bind: "tcp://127.0.0.1:*" }, PUB);
    const handler = new PubHandler(pub, "root");
    const logger = pino({ level: "debug" }, handler);
    logger.info("nobody listens");
    assert.equal(handler.dropped, 1);
    const sub = new ZmqSubConnection(factory, { connect: pub.address });
    sub.subscribe("root");
    while (handler.dropped > 0) {
      const before: number = handler.dropped;
      logger.debug("anybody?");
      if (handler.dropped === before) break;
      await turn();
    }
    assert.deepEqual((await sub.receive(LIMIT)).map(String), ["root.DEBUG", "anybody?"]);

    const { dropped } = handler;
    const xsub = new ZmqXSubConnection(factory, { connect: pub.address });
    const heard = once(pub, "message");
    await xsub.send("no subscription, and no end of one");
    await heard;
    logger.trace("below the level");
    logger.warn("disk.full::Only %d MB left", 3);
    logger.fatal({ some: "data" }, "The end: äöü");
    logger.error(new Error("broken"));
    assert.equal(handler.dropped, dropped);
    for (const expected of [
      ["root.WARNING.disk.full", "Only 3 MB left"],
      ["root.CRITICAL", "The end: äöü"],
      ["root.ERROR", "broken"],
    ]) {
      assert.deepEqual((await sub.receive(LIMIT)).map(String), expected);
    }
  });

  test("a collector that hangs, or is dead, costs the application nothing, and what is dropped is counted", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const address = await stage.tcp();
    const { port } = new URL(address.replace("tcp", "http"));
    const collector = stage.start("zmqlogger", ["1", port, "--role", "collector"]);
    const [, at] = await collector.line(/^collecting at (\S+)$/);
    await using factory = new ZmqFactory({ lingerPeriod: 0 });
    const pub = new ZmqXPubConnection(factory, { connect: at }, { ...PUB, sendHighWaterMark: 10 });
    const handler = new PubHandler(pub);
    const logger = pino({}, handler);
    const text = "x".repeat(10_000); // past what the network holds
    let logged = 0;
    const isRecord = (line: string): boolean => line === `INFO: ${text}`;
    const end = performance.now() + LIMIT.timeout;
    const log = () => {
      assert.ok(performance.now() < end, `${handler.dropped} of ${logged} are counted as dropped`);
      logger.info(text);
    };
    for (; !collector.lines.some(isRecord); logged++) {
      log();
      await turn();
    }
    collector.kill("SIGSTOP");
    const before = handler.dropped;
    for (; handler.dropped < before + 1000; logged++) {
      log();
      if (logged % 100 === 0) await turn();
    }
    collector.kill("SIGCONT");
    await pub.send(["INFO", "the last one"]);
    await collector.line(/^INFO: the last one$/);
    await pub.send(["INFO", "from pyzmq\n"]);
    await pub.send(["INFO", "from pino"]);
    await collector.line(/^INFO: from pino$/);
    assert.ok(!collector.lines.includes(""), "no empty line after pyzmq's record");
    await pub.send("INFO");
    await collector.line(/^zmqlogger: invalid message$/, { from: "stderr" });
    const arrived = collector.lines.filter(isRecord).length;
    assert.equal(arrived + handler.dropped, logged, "each has arrived or is counted");

    collector.kill("SIGKILL");
    await collector.exit();
    const alive = handler.dropped;
    while (handler.dropped === alive) {
      logger.info("for the next one");
      await turn();
    }
    const next = stage.start("zmqlogger", ["1", port, "--role", "collector"]);
    await next.line(/^INFO: for the next one$/);
  });
});
