import assert from "node:assert/strict";
import { test } from "node:test";
import { endsOn, type Program, refuses, Stage } from "@tx0mq/smoke";
import { ZmqFactory, ZmqReqConnection } from "tx0mq";

const LIMIT = { timeout: 60_000 }; // for what never comes

test("work moves to a peer that has told of a free worker, while no local one is free", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const start = (...names: string[]) =>
    stage.start("peering3", ["--role", "broker", ...names], { cwd: stage.folder });
  await using factory = new ZmqFactory();
  const req = (socket: string) =>
    new ZmqReqConnection(factory, { connect: `ipc://${stage.folder}/${socket}.ipc` });
  /** Asks at DC1. The worker gets it, through these brokers, and replies when what it returns is called. */
  const ask = async (task: string, worker: ZmqReqConnection, ...from: string[]) => {
    const client = req("DC1-localfe");
    await client.send(task);
    const request = await worker.receive(LIMIT);
    assert.deepEqual(request.slice(0, -3).map(String), from);
    return async () => {
      await worker.send(request);
      assert.equal(String(await client.receive(LIMIT)), task);
    };
  };

  const dc1 = start("DC1", "DC2");
  const local = req("DC1-localbe");
  await local.send("READY");
  const finishA = await ask("A", local);
  const dc2 = start("DC2", "DC1");
  const remote = req("DC2-localbe");
  await remote.send("READY");
  const finishB = await ask("B", remote, "DC1");
  await finishB();
  const finishC = await ask("C", remote, "DC1"); // it has told that it is free again
  await finishC();
  await finishA();
  const finishD = await ask("D", local); // both are free
  await finishD();
  await endsOn("SIGINT", dc1, dc2);
  assert.deepEqual([...dc1.errors, ...dc2.errors], []);
});

test("three clusters under bursts share their work; one that is killed costs what it had", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const cluster = (clients: number, workers: number, ...names: string[]): Program => {
    const size = ["--clients", `${clients}`, "--workers", `${workers}`, "--requests", "20"];
    const speed = ["--burst", "10", "--pause", "50", "--work", "20", "--patience", "3000"];
    return stage.start("peering3", [...size, ...speed, ...names], { cwd: stage.folder });
  };
  const dc2 = cluster(2, 4, "DC2", "DC1", "DC3");
  const dc3 = cluster(4, 3, "DC3", "DC1", "DC2");
  const dc1 = cluster(6, 1, "DC1", "DC2", "DC3"); // far more clients than workers
  await dc2.line(/^Worker-DC2-\d: [0-9A-F]{4} for DC1$/);
  await dc3.line(/^Worker-DC3-\d: [0-9A-F]{4} for DC1$/);
  dc3.kill("SIGKILL");

  let lost = 0;
  for (const [broker, clients] of [
    [dc1, 6],
    [dc2, 2],
  ] as const) {
    const [, answered, total] = await broker.line(/^I: (\d+) of (\d+) requests are answered$/);
    assert.equal(Number(total), clients * 20);
    await broker.count(/^Monitor: [0-9A-F]{4}$/, Number(answered));
    // A client that loses a task tells the monitor, and asks no more.
    let exits = 0;
    for (; Number(answered) < (clients - exits) * 20; exits++) {
      await broker.line(/^Monitor: E: CLIENT EXIT - lost task [0-9A-F]{4}$/);
    }
    lost += exits;
  }
  assert.ok(lost <= 6, `DC3 cannot have had ${lost} of their requests: it has three workers`);
  await endsOn("SIGINT", dc1, dc2);
  assert.deepEqual([...dc1.errors, ...dc2.errors], []);
});

test("a wrong flag gets one line", (t) =>
  refuses(new Stage(t, import.meta.url).start("peering3", ["--burst", "x"]), /^peering3: --burst/));
