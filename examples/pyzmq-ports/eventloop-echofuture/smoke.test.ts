import assert from "node:assert/strict";
import { test } from "node:test";
import { endsOn, refuses, Stage } from "@tx0mq/smoke";
import { ZmqDealerConnection, ZmqFactory, ZmqReqConnection } from "tx0mq";

const LIMIT = { timeout: 60_000 }; // for what never comes

test("echoes messages of any number of frames, each to whom it came from", {
  timeout: 120_000,
}, async (t) => {
  const stage = new Stage(t, import.meta.url);
  const server = stage.start("echofuture", ["--endpoint", "tcp://127.0.0.1:*"]);
  const [, address] = await server.line(/^echofuture listening on (\S+)$/);
  await refuses(stage.start("echofuture", ["--endpiont", "x"]), /--endpiont/);
  await using factory = new ZmqFactory();
  const clients = Array.from(
    { length: 5 },
    () => new ZmqDealerConnection(factory, { connect: address }),
  );
  const messages = clients.map((_, client) =>
    Array.from({ length: 100 }, (_, n) =>
      Array.from({ length: 1 + (n % 4) }, () => `${client}.${n}`),
    ),
  );
  for (const [client, dealer] of clients.entries()) {
    for (const message of messages[client] ?? []) await dealer.send(message);
  }
  for (const [client, dealer] of clients.entries()) {
    for (const message of messages[client] ?? []) {
      assert.deepEqual((await dealer.receive(LIMIT)).map(String), message);
    }
  }
  await clients[0]?.shutdown(); // one that goes is missed by nobody
  const req = new ZmqReqConnection(factory, { connect: address });
  await req.send("of a REQ");
  assert.equal(String(await req.receive(LIMIT)), "of a REQ");
  await endsOn("SIGINT", server);
});
