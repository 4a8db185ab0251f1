import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { endsOn, refuses, Stage } from "@tx0mq/smoke";
import { ZmqFactory, ZmqSubConnection, ZmqXPubConnection } from "tx0mq";

const DONE = { code: 0, signal: null };
const LIMIT = { timeout: 60_000 }; // for what never comes

describe("weather", { concurrency: true, timeout: 120_000 }, () => {
  test("clients see their own zip codes only, and average them right", async (t) => {
    const stage = new Stage(t, import.meta.url);
    await using factory = new ZmqFactory();
    const server = new ZmqXPubConnection(factory, { bind: "tcp://127.0.0.1:*" });
    const endpoint = ["--endpoint", server.address];
    const single = stage.start("wuclient", ["00999", ...endpoint]);
    const parallel = stage.start("wuclient-parallel", ["01000", "01001", ...endpoint]);
    const subscriptions = [];
    for (let n = 0; n < 3; n++) subscriptions.push(String(await server.receive(LIMIT)));
    assert.deepEqual(subscriptions.sort(), ["\x0100999 ", "\x0101000 ", "\x0101001 "]);

    for (let n = 0; n < 100; n++) {
      for (const update of [`00999 ${n - 60} 50`, `01000 ${n} 50`, `01001 ${-n} 50`]) {
        await server.send(update);
      }
      for (const zipcode of ["009990", "0099", "00998", "99999"])
        await server.send(`${zipcode} 130 50`);
    }
    assert.deepEqual(await single.exit(), DONE);
    assert.deepEqual(single.lines.slice(1), ["Average temperature for zip code 00999 was -10.5 F"]);
    assert.deepEqual(await parallel.exit(), DONE);
    assert.deepEqual(parallel.lines.slice(1).sort(), [
      "Average temperature for zip code 01000 was 2.0 F",
      "Average temperature for zip code 01001 was -2.0 F",
    ]);
  });

  test("clients with different zip codes run against one server, whoever starts first", async (t) => {
    const stage = new Stage(t, import.meta.url);
    await using factory = new ZmqFactory();
    const address = await stage.tcp();
    const zipcodes = ["00003", "00009"];
    const clients = zipcodes.map((zip) => stage.start("wuclient", [zip, "--endpoint", address]));
    for (const client of clients) await client.line(/Collecting/);
    const server = stage.start("wuserver", ["--endpoint", address, "--from", "3", "--to", "9"]);
    for (const [index, client] of clients.entries()) {
      assert.deepEqual(await client.exit(), DONE);
      assert.match(
        client.lines[1] ?? "",
        new RegExp(`zip code ${zipcodes[index]} was -?\\d+\\.\\d F$`),
      );
    }

    const updates = new ZmqSubConnection(factory, { connect: address });
    updates.subscribe();
    for (let n = 0; n < 100; n++) {
      const [, temperature, humidity] =
        /^0000[3-9] (-?\d+) (\d+)$/.exec(String(await updates.receive(LIMIT)))?.map(Number) ?? [];
      assert.ok(temperature !== undefined && temperature >= -80 && temperature < 135);
      assert.ok(humidity !== undefined && humidity >= 10 && humidity < 60);
    }
    await endsOn("SIGINT", server);
  });

  test("a client without a server ends on Ctrl-C, and a wrong flag gets one line", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const client = stage.start("wuclient", ["--endpoint", stage.ipc("nowhere")]);
    await refuses(stage.start("wuserver", ["--to", "Rome"]), /^wuserver: --to .*"Rome"/);
    await refuses(
      stage.start("wuserver", ["--from", "100000"]),
      /^wuserver: --from .* --to 99999$/,
    );
    await client.line(/Collecting/);
    await endsOn("SIGINT", client);
  });
});
