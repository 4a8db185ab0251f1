import assert from "node:assert/strict";
import { test } from "node:test";
import { endsOn, refuses, Stage } from "@tx0mq/smoke";
import { ZmqFactory, ZmqPubConnection, ZmqSubConnection, ZmqXSubConnection } from "tx0mq";

const COUNT = 20_000;
/** The program prints what it reads, without the first byte. */
const TRACE = `import { subscribe } from "node:diagnostics_channel";
  subscribe("tx0mq:receive", ({ frames: [frame] }) => console.log("read " + frame.subarray(1)));`;
const TRACED = {
  NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ""} --import data:text/javascript,${encodeURIComponent(TRACE)}`,
};

test("updates reach all clients that were there from the start", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const address = await stage.tcp();
  const endpoint = ["--endpoint", address];
  const server = stage.start("clonesrv1", [...endpoint, "--clients", "4", "--count", `${COUNT}`]);
  await server.line(/^clonesrv1 waits for 4 subscribed/);
  await using factory = new ZmqFactory();
  const join = async () => {
    const subscriber = new ZmqSubConnection(factory);
    subscriber.on("message", () => {});
    subscriber.subscribe();
    const connected = subscriber.peers(1);
    subscriber.addEndpoints({ connect: address });
    await connected;
    return subscriber;
  };
  const stranger = new ZmqXSubConnection(factory, { connect: address });
  for (const nonsense of ["", "nonsense"]) await stranger.send(nonsense); // it counts for nothing
  await join();
  const restless = await join();
  for (const call of ["unsubscribe", "subscribe"] as const) restless[call](); // it counts once
  const client = () => stage.start("clonecli1", [...endpoint, "--to", `${COUNT}`]);
  const clients = [client(), client()];
  assert.deepEqual(await server.exit(), { code: 0, signal: null });
  const [, map] = await server.line(/^20000 messages out: (\d+ keys, digest \w{8})$/);
  for (const program of clients) {
    assert.deepEqual(await program.exit(), { code: 0, signal: null });
    assert.deepEqual(program.lines.slice(1), [
      "The first update is number 1",
      `${COUNT} messages in: ${map}`,
    ]);
    assert.deepEqual(program.errors, []);
  }
});

test("a server runs on until Ctrl-C and reads later subscriptions, a client survives what is malformed", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const address = stage.ipc("server");
  await using factory = new ZmqFactory();
  const stranger = new ZmqPubConnection(factory);
  const joined = stranger.peers(1);
  stranger.addEndpoints({ bind: address });
  const client = stage.start("clonecli1", ["--endpoint", address]);
  await joined;
  using strange = setInterval(() => stranger.send("nonsense"), 20); // until it has subscribed
  await client.line(/malformed message refused/, { from: "stderr" });
  clearInterval(strange);
  await stranger.shutdown();
  const server = stage.start("clonesrv1", ["--endpoint", address], { env: TRACED });
  await client.line(/^The first update is number 1$/);
  const late = new ZmqSubConnection(factory, { connect: address });
  late.on("message", () => {});
  late.subscribe("a later subscription is read, too");
  await server.line(/^read a later subscription is read, too$/);
  const before = client.errors.length;
  client.kill("SIGINT");
  assert.deepEqual(await client.exit(), { code: null, signal: "SIGINT" });
  assert.equal(client.errors.length, before);
  await client.line(/^\d+ messages in: \d+ keys/);
  await endsOn("SIGINT", server);
  await refuses(
    stage.start("clonesrv1", ["--clients", "many"]),
    /^clonesrv1: --clients is a whole/,
  );
});
