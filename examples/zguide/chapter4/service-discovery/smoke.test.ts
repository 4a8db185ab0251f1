import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { endsOn, Stage } from "@tx0mq/smoke";
import { ZmqFactory } from "tx0mq";
import { MajordomoClient } from "../majordomo/mdcliapi.ts";

const BEATS = ["--heartbeat", "200", "--liveness", "15"];

describe("service discovery", { concurrency: true, timeout: 120_000 }, () => {
  test("a service is there while anybody serves it", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const endpoint = ["--endpoint", stage.ipc("broker")];
    const broker = stage.start("../majordomo/mdbroker", ["-v", ...endpoint, ...BEATS]);
    await broker.line(/listening/);
    const startWorker = async () => {
      const worker = stage.start("../majordomo/mdworker", [...endpoint, ...BEATS]);
      await broker.line(/^Worker \w+ serves echo/);
      return worker;
    };
    const factory = new ZmqFactory();
    t.after(() => factory.shutdown());
    const client = new MajordomoClient(factory, stage.ipc("broker"), { timeout: 60_000 });
    const ask = async (service: string, name = "echo") => String(await client.send(service, name));

    assert.equal(await ask("mmi.service"), "404");
    const first = await startWorker();
    const mmiecho = stage.start("mmiecho", [...endpoint, "--count", "2", "--interval", "0"]);
    assert.deepEqual(await mmiecho.exit(), { code: 0, signal: null });
    assert.deepEqual(mmiecho.lines, Array(2).fill("Lookup echo service: 200"));
    const eager = new MajordomoClient(factory, stage.ipc("broker"), { timeout: 60_000 });
    eager.send("tea", "a request that waits").catch(() => {}); // until the test ends
    await broker.line(/^<- .* MDPC01 tea a request that waits$/);
    const unknown = stage.start("mmiecho", [...endpoint, "--service", "tea"]);
    assert.deepEqual(await unknown.exit(), { code: 0, signal: null });
    assert.deepEqual(unknown.lines, ["Lookup tea service: 404"]);
    assert.equal(await ask("mmi.service", "mmi.service"), "404", "no worker serves that");
    for (const call of ["mmi.services", "mmi."]) assert.equal(await ask(call), "501");

    const second = await startWorker();
    second.kill("SIGKILL");
    await broker.line(/^Worker \w+ of echo is gone/);
    assert.equal(await ask("mmi.service"), "200");
    first.kill("SIGSTOP");
    await broker.line(/^Worker \w+ of echo has expired/);
    assert.equal(await ask("mmi.service"), "404");
    first.kill("SIGCONT");
    await broker.line(/^Worker \w+ serves echo/);
    assert.equal(await ask("mmi.service"), "200");
    await endsOn("SIGINT", first, broker);
  });

  test("without a broker it says so", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const endpoint = ["--endpoint", stage.ipc("nobody")];
    const mmiecho = stage.start("mmiecho", [...endpoint, "--timeout", "10"]);
    assert.deepEqual(await mmiecho.exit(), { code: 1, signal: null });
    assert.deepEqual(mmiecho.lines, [
      ...Array(2).fill("no reply of mmi.service: asking again"),
      "No response from the broker, make sure that it is running",
    ]);
  });
});
