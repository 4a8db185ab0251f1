import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ZmqFactory, ZmqXPubConnection, ZmqXSubConnection } from "tx0mq";
import { zmtp } from "./index.js";

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
