import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { endsOn, refuses, Stage } from "@tx0mq/smoke";
import { ZmqFactory, ZmqRepConnection, ZmqReqConnection } from "tx0mq";

const ANYWHERE = "tcp://127.0.0.1:*";
const CONVERSATION = Array.from({ length: 10 }, (_, n) => [
  `Sending Hello ${n}`,
  `Received World ${n}`,
]).flat();

describe("hello world", { concurrency: true, timeout: 120_000 }, () => {
  test("a client, started first, gets ten replies in order, and one that is killed does no harm", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const endpoint = ["--endpoint", await stage.tcp()];
    const client = stage.start("hwclient", endpoint);
    await client.line(/Sending Hello 0/);
    const server = stage.start("hwserver", [...endpoint, "--work", "100"]);
    assert.deepEqual(await client.exit(), { code: 0, signal: null });
    assert.deepEqual(client.lines.slice(1), CONVERSATION);
    await server.count(/Received Hello/, 10);

    const victim = stage.start("hwclient", endpoint);
    await server.line(/Received Hello/);
    victim.kill("SIGKILL"); // while the server works for it
    const next = stage.start("hwclient", endpoint);
    assert.deepEqual(await next.exit(), { code: 0, signal: null });
    assert.deepEqual(next.lines.slice(1), CONVERSATION);
    await endsOn("SIGINT", server);
    assert.deepEqual(server.errors, []);
  });

  test("the server in three parts answers the same client, and deals to workers that join", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const addresses = ["--frontend", ANYWHERE, "--backend", ANYWHERE];
    const server = stage.start("hwserver-proxy", [...addresses, "--work", "0"]);
    const [, frontend, backend] = await server.line(/listening on (\S+), workers on (\S+)/);

    await using factory = new ZmqFactory();
    const worker = new ZmqRepConnection(factory);
    const joined = worker.peers(1);
    worker.addEndpoints({ connect: backend });
    await joined;
    let served = 0;
    worker.on("message", () => {
      served += 1;
      return worker.send("World");
    });

    const client = stage.start("hwclient", ["--endpoint", frontend]);
    assert.deepEqual(await client.exit(), { code: 0, signal: null });
    assert.deepEqual(client.lines.slice(1), CONVERSATION);
    await server.count(/Received Hello/, 5);
    assert.equal(served, 5, "a DEALER deals to its workers in turn");
    await endsOn("SIGTERM", server);
    assert.deepEqual(server.errors, []);
  });

  test("Ctrl-C ends the server in three parts when it has replied", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const addresses = ["--frontend", ANYWHERE, "--backend", ANYWHERE];
    const server = stage.start("hwserver-proxy", [...addresses, "--work", "500"]);
    const [, frontend] = await server.line(/listening on (\S+),/);
    await using factory = new ZmqFactory();
    const client = new ZmqReqConnection(factory, { connect: frontend });
    await client.send("Hello");
    await server.line(/Received Hello/);
    await endsOn("SIGINT", server);
    assert.deepEqual((await client.receive({ timeout: 60_000 })).map(String), ["World"]);
  });

  test("a client without a server ends on Ctrl-C, and a wrong flag gets one line", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const client = stage.start("hwclient", ["--endpoint", stage.ipc("nowhere")]);
    await refuses(stage.start("hwserver", ["--colour", "red"]), /^hwserver: .*--colour/);
    await client.line(/Sending Hello 0/);
    await endsOn("SIGINT", client);
  });
});
