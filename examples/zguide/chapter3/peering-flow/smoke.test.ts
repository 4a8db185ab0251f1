import assert from "node:assert/strict";
import { test } from "node:test";
import { endsOn, refuses, Stage } from "@tx0mq/smoke";
import { ZmqDealerConnection, ZmqFactory, ZmqReqConnection, ZmqRouterConnection } from "tx0mq";

const LIMIT = { timeout: 60_000 }; // for what never comes

test("local workers first, then a peer's; replies find back; a lost peer costs what it had", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const start = (args: readonly string[]) =>
    stage.start("peering2", ["--share", "1", ...args], { cwd: stage.folder });
  await using factory = new ZmqFactory();
  const at = (socket: string) => ({ connect: `ipc://${stage.folder}/${socket}.ipc` });
  const ask = async (request: string): Promise<ZmqReqConnection> => {
    const client = new ZmqReqConnection(factory, at("DC1-localfe"));
    await client.send(request);
    return client;
  };

  const dc1 = start(["--role", "broker", "DC1", "DC2"]);
  const local = new Worker(factory, at("DC1-localbe"));
  await local.send("READY");
  const a = await ask("a");
  assert.deepEqual(await local.work(), ["", "a"], "DC1's worker is all there is");

  const dc2 = start(["--role", "broker", "DC2", "DC1"]);
  const remote = new Worker(factory, at("DC2-localbe"));
  await remote.send("READY");
  const b = await ask("b");
  assert.deepEqual(await remote.work(), ["DC1", "", "b"], "DC1's worker is busy: a peer's gets it");

  const c = await ask("c"); // now nobody is free
  await local.send("A");
  assert.equal(String(await a.receive(LIMIT)), "A");
  assert.deepEqual(await local.work(), ["", "c"], "the peer has its share already");
  await remote.send("B");
  assert.equal(String(await b.receive(LIMIT)), "B", "back through both brokers");
  await local.send("C");
  assert.equal(String(await c.receive(LIMIT)), "C");

  const d = await ask("d"); // both are free
  assert.deepEqual(await local.work(), ["", "d"], "a local worker comes first");
  await ask("lost");
  assert.deepEqual(await remote.work(), ["DC1", "", "lost"]);
  dc2.kill("SIGKILL"); // its files stay
  await dc2.exit();
  const e = await ask("e");
  await local.send("D");
  assert.equal(String(await d.receive(LIMIT)), "D");
  assert.deepEqual(await local.work(), ["", "e"], "nobody gives work to a peer that is gone");

  const dc2Again = start(["--clients", "0", "--workers", "1", "--work", "0", "DC2", "DC1"]);
  const f = await ask("f");
  assert.equal(String(await f.receive(LIMIT)), "OK", "it has work again when it is back");
  await dc2Again.line(/^Worker-DC2-1: f for DC1$/);
  await local.send("E");
  assert.equal(String(await e.receive(LIMIT)), "E");

  for (const socket of ["DC1-localfe", "DC1-localbe", "DC1-cloud"]) {
    await new ZmqDealerConnection(factory, at(socket)).send(["no", "delimiter"]);
    await dc1.line(new RegExp(`^tx0mq: .*${socket}.* an empty frame and a body$`), {
      from: "stderr",
    });
  }
  const g = await ask("g");
  assert.deepEqual(await local.work(), ["", "g"]);
  await local.send("G");
  assert.equal(String(await g.receive(LIMIT)), "G");
  await new ZmqDealerConnection(factory, at("DC1-localbe")).send(["", "client", "no delimiter"]);
  await dc1.line(/^tx0mq: .*localbe.* an empty frame and a body$/, { from: "stderr" });
  assert.equal(dc1.errors.length, 4);
  await endsOn("SIGINT", dc1, dc2Again);
});

test("a peer's malformed reply costs a line, and brings the peer no more work", async (t) => {
  const stage = new Stage(t, import.meta.url);
  await using factory = new ZmqFactory();
  const at = (socket: string) => `ipc://${stage.folder}/${socket}.ipc`;
  const dc2 = new ZmqRouterConnection(factory, { bind: at("DC2-cloud") }, { routingId: "DC2" });
  const args = ["--share", "1", "--role", "broker", "DC1", "DC2"];
  const dc1 = stage.start("peering2", args, { cwd: stage.folder });
  const client = new ZmqDealerConnection(factory, { connect: at("DC1-localfe") });
  for (const task of ["a", "b"]) await client.send(["", task]);
  const request = await dc2.receive(LIMIT); // its share
  const [dc, name = ""] = request;
  for (const reply of [["delimiter"], [""], ["", ""], [name], [name, "b"], [name, ""], ["", "b"]]) {
    await dc2.send([dc, ...reply]);
    await dc1.line(/^tx0mq: .*DC2-cloud.* an empty frame and a body$/, { from: "stderr" });
  }
  const local = new Worker(factory, { connect: at("DC1-localbe") });
  await local.send("READY");
  assert.deepEqual(await local.work(), ["", "b"]);
  await dc2.send(request);
  assert.equal(String(await client.receive(LIMIT)), ",a");
  await client.send(["", "c"]);
  assert.deepEqual((await dc2.receive(LIMIT)).map(String).slice(2), ["", "c"]);
  await endsOn("SIGINT", dc1);
  assert.equal(dc1.errors.length, 7);
});

test("a cluster lives on its peer's workers; its clients may be elsewhere", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const start = (...args: string[]) => stage.start("peering2", args, { cwd: stage.folder });
  const few = ["--clients", "3", "--requests", "2", "--pause", "0"];
  const client = start("--role", "client", ...few, "DC1");
  const dc1 = start("--workers", "0", ...few, "DC1", "DC2");
  const dc2 = start("--clients", "0", "--work", "1", "DC2", "DC1");
  assert.deepEqual(await client.exit(), { code: 0, signal: null });
  assert.equal(client.lines[0], "clients wait for the broker of DC1");
  assert.equal(client.lines.length, 7, "two replies to each of three");
  await dc1.count(/^Client-DC1-\d: OK$/, 6);
  await dc2.count(/^Worker-DC2-\d: HELLO for DC1$/, 12);
  await endsOn("SIGINT", dc1, dc2);
});

test("a wrong flag gets one line", (t) =>
  refuses(new Stage(t, import.meta.url).start("peering2", ["--share", "x"]), /^peering2: --share/));

/** A worker of the test's own, which takes as long as the test likes. */
class Worker extends ZmqReqConnection {
  #envelope: Buffer[] = [];

  /** The next request, without the name of its client. */
  async work(): Promise<string[]> {
    const request = await this.receive(LIMIT);
    this.#envelope = request.slice(0, -1);
    return request.filter((_, n) => n !== request.length - 3).map(String);
  }

  override send(reply: string): Promise<void> {
    return super.send([...this.#envelope, reply]);
  }
}
