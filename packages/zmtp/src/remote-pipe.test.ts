import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ZmqFactory, ZmqXPubConnection, ZmqXSubConnection } from "tx0mq";
import { Context } from "./context.js";
import { zmtp } from "./index.js";
import { Probe } from "./testing/probe.js";

test("subscriptions reach a publisher before the messages that were sent meanwhile", {
  timeout: 20_000,
}, async (t) => {
  const factory = new ZmqFactory({ engine: zmtp, lingerPeriod: 0 });
  const folder = mkdtempSync(join(tmpdir(), "zmtp-"));
  t.after(async () => {
    await factory.shutdown();
    rmSync(folder, { recursive: true });
  });
  const address = `ipc://${join(folder, "feed")}`;
  const xsub = new ZmqXSubConnection(factory, { connect: address }, { reconnectInterval: 10 });
  await xsub.send("up");
  await xsub.send("\x01topic");
  const xpub = new ZmqXPubConnection(factory, { bind: address });
  const heard = [String(await xpub.receive()), String(await xpub.receive())];
  assert.deepEqual(heard, ["\x01topic", "up"]);
});

test("who stops at the last message that has come is told of the peer's end behind the next", {
  timeout: 20_000,
}, async (t) => {
  const context = new Context({ shared: false });
  const pull = new Probe(context, "PULL");
  const push = new Probe(context, "PUSH");
  t.after(async () => {
    await pull.close();
    context.release();
  });
  pull.socket.monitor();
  push.socket.monitor();
  push.connect(pull.bind("tcp://127.0.0.1:*"));
  await push.until(() => push.types("handshake").length > 0);
  // It has no time for more than one in a turn, and wants no more than there are.
  pull.hasTime = () => false;
  pull.wants = 3;
  pull.call((socket) => socket.read());
  for (const text of ["one", "two", "three"]) push.call((socket) => socket.send(text));
  await pull.until(() => pull.got.length === 3);
  await push.send("four");
  await push.close(10_000);
  await pull.until(() => pull.types("disconnect").length > 0);
});
