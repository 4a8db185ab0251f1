import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { endsOn, type Program, refuses, Stage } from "@tx0mq/smoke";
import { ZmqEndpoint, ZmqFactory, ZmqRepConnection } from "tx0mq";

const ANYWHERE = "tcp://127.0.0.1:*";
const CONVERSATION = Array.from({ length: 10 }, (_, n) => [
  `Sending Hello ${n}`,
  `Received World ${n}`,
]).flat();

test("ten requests get ten replies, in order, whoever starts first", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const address = await stage.tcp();
  const client = stage.start("hwclient", ["--endpoint", address]);
  await client.line(/Sending Hello 0/);
  const server = stage.start("hwserver", ["--endpoint", address, "--work", "0"]);

  assert.deepEqual(await client.exit(), { code: 0, signal: null });
  assert.deepEqual(client.lines.slice(1), CONVERSATION);
  assert.equal(received(server), 10);

  const second = stage.start("hwserver", ["--endpoint", address]);
  await refuses(second, new RegExp(`^hwserver: address in use: ${address} `), 1);

  await endsOn("SIGINT", server);
  assert.deepEqual(server.errors, []);
});

test("the server survives a client that is killed while it waits for its reply", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const server = stage.start("hwserver", ["--endpoint", ANYWHERE, "--work", "3000"]);
  const [, address = ""] = await server.line(/listening on (\S+)/);

  const victim = stage.start("hwclient", ["--endpoint", address]);
  await server.line(/Received Hello/);
  victim.kill("SIGKILL");
  await victim.exit();
  assert.equal(victim.lines.at(-1), "Sending Hello 0", "it was killed before its reply came");

  const client = stage.start("hwclient", ["--endpoint", address]);
  await client.line(/Received World 0/);
});

test("the server in three parts answers the same client, several at once, with more workers", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const backend = stage.ipc("backend");
  const server = stage.start("hwserver-proxy", [
    ...["--frontend", ANYWHERE, "--backend", backend, "--work", "0"],
  ]);
  const [, address = ""] = await server.line(/listening on (\S+),/);

  const clients = [1, 2].map(() => stage.start("hwclient", ["--endpoint", address]));
  for (const client of clients) {
    assert.deepEqual(await client.exit(), { code: 0, signal: null });
    assert.deepEqual(client.lines.slice(1), CONVERSATION);
  }
  assert.equal(received(server), 20);

  await using factory = new ZmqFactory();
  const worker = new ZmqRepConnection(factory);
  worker.on("message", () => worker.send("World"));
  const joined = once(worker, "handshakeSucceeded");
  worker.addEndpoints(ZmqEndpoint.connect(backend));
  await joined;
  await stage.start("hwclient", ["--endpoint", address]).exit();
  assert.equal(received(server), 25, "a DEALER deals the ten requests to both workers in turn");

  await endsOn("SIGINT", server);
  assert.deepEqual(server.errors, []);
});

test("a client without a server ends on Ctrl-C", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const client = stage.start("hwclient", ["--endpoint", stage.ipc("nowhere")]);
  await client.line(/Sending Hello 0/);

  await endsOn("SIGINT", client);
  assert.deepEqual(client.errors, []);
});

test("wrong arguments get one line of usage", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const programs = ["hwserver", "hwclient", "hwserver-proxy"].map((name) =>
    stage.start(name, ["--colour", "red"]),
  );
  for (const program of programs) {
    await refuses(program, new RegExp(`^usage: ${program.name} .*--colour`));
  }

  const typo = stage.start("hwserver", ["--endpoint", "tpc://127.0.0.1:5555"]);
  await refuses(typo, /unknown transport "tpc"/);
});

function received({ lines }: Program): number {
  return lines.filter((line) => line === "Received Hello").length;
}
