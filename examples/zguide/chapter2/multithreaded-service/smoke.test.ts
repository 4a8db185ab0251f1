import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { endsOn, refuses, Stage } from "@tx0mq/smoke";
import { ZmqDealerConnection, ZmqFactory, ZmqReqConnection } from "tx0mq";

const ANYWHERE = "tcp://127.0.0.1:*";
const WORKERS = [1, 2, 3, 4, 5].map((n) => `Worker ${n}`);

describe("multithreaded service", { concurrency: true, timeout: 120_000 }, () => {
  test("five clients get their ten replies each, and the threads share the work", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const endpoint = await stage.tcp();
    const server = stage.start("mtserver", ["--frontend", endpoint, "--work", "50"]);
    // One thread may be found a moment later than the others: from then on, they are in turn.
    await using factory = new ZmqFactory();
    const first = new ZmqReqConnection(factory, { connect: endpoint });
    const found = new Set<string | undefined>();
    for (let asked = 0; found.size < WORKERS.length; asked++) {
      assert(asked < 100, `of 100 requests, some went to each of ${WORKERS.length} threads`);
      await first.send("Hello");
      await first.receive({ timeout: 60_000 });
      found.add((await server.line(/^(Worker \d) received Hello$/))[1]);
    }
    const clients = WORKERS.map(() =>
      stage.start("../../chapter1/hello-world/hwclient", ["--endpoint", endpoint]),
    );
    for (const client of clients) {
      assert.deepEqual(await client.exit(), { code: 0, signal: null });
      assert.equal(client.lines.filter((line) => /^Received World \d$/.test(line)).length, 10);
    }
    const work = await server.count(/^(Worker \d) received Hello$/, 50);
    for (const worker of WORKERS) {
      assert.equal(work.filter(([, who]) => who === worker).length, 10, `${worker}'s share`);
    }
    await endsOn("SIGINT", server);
    assert.deepEqual(server.errors, []);
  });

  test("five requests at once take the time of one: each thread has one in hand", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const day = ["--work", "86400000"]; // no reply is due before tomorrow
    const server = stage.start("mtserver", ["--frontend", ANYWHERE, ...day]);
    const [, address] = await server.line(/listening on (\S+),/);
    const wrong = stage.start("mtserver", ["--threads", "many"]);

    await using factory = new ZmqFactory();
    const rude = new ZmqDealerConnection(factory, { connect: address });
    for (let n = 0; n < 5; n++) await rude.send("no envelope");
    await server.count(/malformed message refused/, 5, { from: "stderr" });
    for (const _ of WORKERS) {
      await new ZmqReqConnection(factory, { connect: address }).send("Hello");
    }
    const work = await server.count(/^(Worker \d) received Hello$/, 5);
    assert.deepEqual(work.map(([, who]) => who).sort(), WORKERS);
    await endsOn("SIGTERM", server);
    assert.ok(!server.lines.some((line) => line.endsWith("replied")), "all are at work");
    assert.equal(server.errors.length, 5, "one line for each message without an envelope");
    await refuses(wrong, /^mtserver: --threads is a whole number/);
  });
});
