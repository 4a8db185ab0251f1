import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { endsOn, type Program, Stage } from "@tx0mq/smoke";
import { ZmqFactory, ZmqReqConnection, ZmqRouterConnection } from "tx0mq";

const LIMIT = { timeout: 60_000 }; // for what never comes

describe("freelance, model two", { concurrency: true, timeout: 120_000 }, () => {
  test("one of three servers alive is enough, and late duplicates are dropped", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const addresses = [await stage.tcp(), await stage.tcp(), await stage.tcp()];
    const start = async (n: number): Promise<Program> => {
      const server = stage.start("flserver2", [addresses[n] ?? ""]);
      await server.line(/^Service is ready at/);
      return server;
    };
    const patience = ["--timeout", "60000"];
    const client = stage.start("flclient2", [
      ...["--requests", "1000000000", ...patience, ...addresses],
    ]);
    const goesOn = (thousands = 2): Promise<unknown> => {
      const told = client.lines.filter((line) => line.endsWith("replied")).length;
      return client.line(new RegExp(`^${told + thousands}000 requests replied$`));
    };
    let first = await start(0);
    await goesOn();
    const second = await start(1); // late: 1,000 old requests wait for it
    // Until it has answered them, all copies of a request may go to the first, and be lost with it.
    await goesOn(8);
    first.kill("SIGKILL");
    await goesOn();
    first = await start(0);
    await goesOn(8); // for it has as many to answer
    second.kill("SIGSTOP");
    await goesOn();
    await endsOn("SIGINT", client);

    // The second is still stopped. What it replies to the first request comes when another has done so.
    const factory = factoryOf(t);
    const other = new ZmqRouterConnection(factory, { bind: addresses[2] ?? "" });
    const counts = stage.start("flclient2", [
      ...["--requests", "2", ...patience],
      ...addresses.slice(1),
    ]);
    const [id] = await other.receive(LIMIT);
    await other.send([id, "", "1", "OK"]);
    assert.equal(String((await other.receive(LIMIT))[2]), "2");
    second.kill("SIGCONT");
    assert.deepEqual(await counts.exit(), { code: 0, signal: null });
    await counts.line(/^Average round trip cost: \d{2,} usec$/);
    await counts.line(/^1 other replies dropped$/);
    await other.shutdown();
    for (const server of [first, second]) server.kill("SIGKILL");
    const none = stage.start("flclient2", ["--timeout", "100", ...addresses]);
    assert.deepEqual(await none.exit(), { code: 1, signal: null });
    assert.deepEqual(none.errors, ["Name service not available, aborting"]);
  });

  test("replies count by their numbers alone", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const factory = factoryOf(t);
    const server = new ZmqRouterConnection(factory, { bind: stage.ipc("server") });
    const client = stage.start("flclient2", [
      ...["--requests", "2", "--timeout", "60000", stage.ipc("server")],
    ]);
    const [id, ...first] = await server.receive(LIMIT);
    assert.deepEqual(first.map(String), ["", "1", "random name"]);
    for (const number of ["0", "2", "x", "1", "1"]) await server.send([id, "", number, "OK"]);
    assert.deepEqual((await server.receive(LIMIT)).slice(1).map(String), ["", "2", "random name"]);
    await server.send([id, "", "2", "OK"]);
    await client.line(/^4 other replies dropped$/);
    assert.deepEqual(await client.exit(), { code: 0, signal: null });
  });

  test("a malformed request costs the server a line", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const server = stage.start("flserver2", [stage.ipc("server")]);
    const factory = factoryOf(t);
    const req = new ZmqReqConnection(factory, { connect: stage.ipc("server") });
    for (const [request, reply] of [
      [["7"], ["7", "ERROR"]],
      [
        ["8", "a", "b"],
        ["8", "ERROR"],
      ],
      [
        ["9", "random name"],
        ["9", "OK"],
      ],
    ] as const) {
      await req.send(request);
      assert.deepEqual((await req.receive(LIMIT)).map(String), reply);
    }
    await server.count(/^flserver2: invalid request: [13] frames$/, 2, { from: "stderr" });
    await endsOn("SIGINT", server);
    assert.equal(server.errors.length, 2);
  });
});

function factoryOf(t: TestContext): ZmqFactory {
  const factory = new ZmqFactory({ lingerPeriod: 0 });
  t.after(() => factory.shutdown());
  return factory;
}
