import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Stage } from "@tx0mq/smoke";
import { ZmqFactory, ZmqXPubConnection } from "tx0mq";

const LIMIT = { timeout: 60_000 }; // for what never comes

describe("interrupting", { concurrency: true, timeout: 120_000 }, () => {
  test("Ctrl-C stops the loop cleanly through the control socket", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const display = stage.start("display");
    await display.line(/^Ctrl-C quits$/);
    display.kill("SIGINT");
    assert.deepEqual(await display.exit(), { code: 0, signal: null });
    assert.deepEqual(display.lines, ["Ctrl-C quits", "Killed by Ctrl-C."]);
    assert.deepEqual(display.errors, []);
  });

  test("what others say is displayed, and they may quit it too", async (t) => {
    const stage = new Stage(t, import.meta.url);
    await using factory = new ZmqFactory();
    const publishers = ["one", "two"].map(
      (name) => new ZmqXPubConnection(factory, { bind: stage.ipc(name) }),
    );
    const display = stage.start("display", [stage.ipc("one"), stage.ipc("two")]);
    for (const [index, publisher] of publishers.entries()) {
      await publisher.receive(LIMIT); // the subscription
      await publisher.send([`Nr ${index}`, "hello", "there"]);
      await display.line(new RegExp(`^Nr ${index}: hello there$`));
    }
    await publishers[0]?.send("alone");
    await display.line(/^display: invalid message$/, { from: "stderr" });
    await publishers[1]?.send(["Nr 1", "quit"]);
    await display.line(/^Killed by Nr 1\.$/);
    assert.deepEqual(await display.exit(), { code: 0, signal: null });
  });
});
