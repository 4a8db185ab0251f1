import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { endsOn, Stage } from "@tx0mq/smoke";
import { ZmqFactory, ZmqXPubConnection } from "tx0mq";

const ANYWHERE = "tcp://127.0.0.1:*";

describe("suicidal snail", { concurrency: true }, () => {
  test("a slow subscriber notices, tells the publisher and ends; a fast one goes on", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const pipe = ["--pipe", stage.ipc("pipe")];
    const publisher = stage.start("suisnail", [
      ...["--role", "publisher", "--endpoint", ANYWHERE, ...pipe],
    ]);
    const [, address] = await publisher.line(/^Publisher at (\S+)$/);
    const subscriber = ["--role", "subscriber", "--endpoint", address, "--limit", "2000"];
    const fast = stage.start("suisnail", [...subscriber, "--work", "0"]);
    await fast.line(/message 500 /);
    const slow = stage.start("suisnail", [...subscriber, "--work", "50", ...pipe]);

    assert.deepEqual(await slow.exit(), { code: 1, signal: null });
    assert.equal(slow.errors.length, 1);
    const [, age] = /^E: .* cannot keep up, aborting: message \d+ is (\d+) ms old$/.exec(
      slow.errors[0] ?? "",
    ) ?? ["", ""];
    assert(Number(age) > 2000);
    assert.deepEqual(await publisher.exit(), { code: 0, signal: null });
    assert.equal(publisher.lines[1], "Publisher: the subscriber has gone and died");
    await endsOn("SIGINT", fast);
    assert.deepEqual(fast.errors, []);
  });

  test("it goes by the clock of the messages, and by nothing else", async (t) => {
    const stage = new Stage(t, import.meta.url);
    await using factory = new ZmqFactory();
    const publisher = new ZmqXPubConnection(factory, { bind: ANYWHERE });
    const subscriber = stage.start("suisnail", [
      ...["--role", "subscriber", "--endpoint", publisher.address],
    ]);
    await publisher.receive({ timeout: 60_000 }); // it has subscribed
    for (const nonsense of ["", "noon", "12:00"]) await publisher.send(nonsense);
    for (const ahead of [60_000, 60_000, 60_000, -1001, 60_000]) {
      await publisher.send(`${Date.now() + ahead}`);
    }
    assert.deepEqual(await subscriber.exit(), { code: 1, signal: null });
    const [last, ...refused] = subscriber.errors.toReversed();
    assert.match(last ?? "", /^E: .* message 4 is \d{4,} ms old$/);
    assert.deepEqual(refused, Array(3).fill("Subscriber: a message that is no time"));
  });

  test("both on one event loop: all of it ends", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const all = stage.start("suisnail", [
      ...["--endpoint", ANYWHERE, "--work", "20", "--limit", "100"],
    ]);
    assert.deepEqual(await all.exit(), { code: 0, signal: null });
    assert.match(all.errors.join("\n"), /^E: subscriber cannot keep up/);
    assert.equal(all.lines.at(-1), "Publisher: the subscriber has gone and died");
  });
});
