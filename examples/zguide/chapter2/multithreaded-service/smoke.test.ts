import assert from "node:assert/strict";
import { test } from "node:test";
import { endsOn, type Program, refuses, Stage } from "@tx0mq/smoke";
import {
  ZmqDealerConnection,
  ZmqEndpoint,
  ZmqFactory,
  ZmqReqConnection,
  ZmqRouterConnection,
} from "tx0mq";

const ANYWHERE = "tcp://127.0.0.1:*";

test("five clients at once finish in about the time of one", async (t) => {
  const WORK = 500;
  const stage = new Stage(t, import.meta.url);
  const address = await stage.tcp();
  const clients = Array.from({ length: 5 }, () =>
    stage.start("../../chapter1/hello-world/hwclient", ["--endpoint", address]),
  );
  for (const client of clients) await client.line(/Sending Hello 0/);

  const server = stage.start("mtserver", ["--frontend", address, "--work", String(WORK)]);
  await server.line(/listening/);
  const began = performance.now();
  for (const client of clients) await client.line(/Received World 9/);
  const took = performance.now() - began;
  for (const client of clients) {
    assert.deepEqual(await client.exit(), { code: 0, signal: null });
    const replies = client.lines.filter((line) => line.startsWith("Received"));
    assert.deepEqual(
      replies,
      Array.from({ length: 10 }, (_, n) => `Received World ${n}`),
    );
  }
  await endsOn("SIGINT", server);
  assert.deepEqual(server.errors, []);
  const inTurn = 5 * 10 * WORK;
  assert.ok(took < inTurn / 2, `${took} ms is far from the ${inTurn} ms that one thread takes`);
});

test("five requests are in work at the same time", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const server = stage.start("mtserver", ["--frontend", ANYWHERE, "--work", "86400000"]);
  const [, address = ""] = await server.line(/listening on (\S+),/);
  await using factory = new ZmqFactory();
  for (let n = 0; n < 5; n++) {
    await new ZmqReqConnection(factory, ZmqEndpoint.connect(address)).send("Hello");
  }
  await server.count(/received Hello/, 5); // and no reply is due before tomorrow
  await endsOn("SIGINT", server);
  assert.deepEqual(server.errors, []);
});

test("a thread takes one request at a time, and what has no envelope is dropped", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const server = stage.start("mtserver", [
    ...["--frontend", ANYWHERE, "--threads", "2", "--work", "20"],
  ]);
  const [, address = ""] = await server.line(/listening on (\S+),/);
  await using factory = new ZmqFactory();

  const stranger = new ZmqDealerConnection(factory, ZmqEndpoint.connect(address));
  for (let n = 0; n < 4; n++) await stranger.send("no envelope");
  const clients = Array.from({ length: 6 }, () => {
    return new ZmqReqConnection(factory, ZmqEndpoint.connect(address));
  });
  for (const client of clients) await client.send("Hello");
  for (const client of clients) assert.equal(String(await client.receive()), "World");
  await server.count(/replied/, 6);
  assert.ok(mostAtOnce(server) <= 2, "one for each thread");
  await endsOn("SIGINT", server);
  assert.deepEqual(server.errors, []);
});

test("Ctrl-C ends it at once, with its threads, while they work", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const server = stage.start("mtserver", ["--frontend", ANYWHERE, "--work", "86400000"]);
  const [, address = ""] = await server.line(/listening on (\S+),/);
  await using factory = new ZmqFactory();
  const client = new ZmqReqConnection(factory, ZmqEndpoint.connect(address));
  await client.send("Hello");
  await server.line(/received Hello/);
  await endsOn("SIGINT", server);
  assert.deepEqual(server.errors, []);
});

test("wrong arguments and an address in use get one line", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const wrong = stage.start("mtserver", ["--threads", "none"]);
  await refuses(wrong, /^usage: mtserver .*"none"/);

  await using factory = new ZmqFactory();
  const owner = new ZmqRouterConnection(factory, ZmqEndpoint.bind(ANYWHERE));
  const address = owner.lastEndpoint ?? "";
  const second = stage.start("mtserver", ["--frontend", address]);
  await refuses(second, new RegExp(`^mtserver: address in use: ${address} `), 1);
});

/** How many requests have been in work at the same time, by what the server printed. */
function mostAtOnce({ lines }: Program): number {
  let now = 0;
  let most = 0;
  for (const line of lines) {
    if (line.endsWith("received Hello")) now++;
    else if (line.endsWith("replied")) now--;
    most = Math.max(most, now);
  }
  return most;
}
