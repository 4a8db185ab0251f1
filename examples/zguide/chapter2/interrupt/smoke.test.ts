import assert from "node:assert/strict";
import { test } from "node:test";
import { endsOn, refuses, Stage } from "@tx0mq/smoke";
import { ZmqEndpoint, ZmqFactory, ZmqRepConnection, ZmqReqConnection } from "tx0mq";

const ANYWHERE = "tcp://127.0.0.1:*";
const SIGNALS = [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const;

const SHELL = `"$0" --import tsx interrupt.ts "$@" 2>&1 & echo "runs as $!"; wait $!; echo "code $?"`;

for (const [signal, code] of SIGNALS) {
  test(`${signal} ends it while it waits for a request, and a shell sees ${code}`, async (t) => {
    const stage = new Stage(t, import.meta.url);
    const shell = stage.start({ command: ["sh", "-c", SHELL, process.execPath] }, [
      ...["--endpoint", ANYWHERE, "--work", "0"],
    ]);
    const [, pid] = await shell.line(/runs as (\d+)/);
    const [, address = ""] = await shell.line(/listening on (\S+)/);

    await using factory = new ZmqFactory();
    const client = new ZmqReqConnection(factory, ZmqEndpoint.connect(address));
    for (const request of [["one"], ["two", "frames"], [""]]) {
      await client.send(request);
      assert.deepEqual((await client.receive()).map(String), request);
    }
    process.kill(Number(pid), signal);
    await shell.exit();
    assert.deepEqual(shell.lines.slice(2), [
      "Working on one",
      "Working on two,frames",
      "Working on ",
      "W: interrupt received, 3 requests answered, 0 in hand",
      "W: socket closed, bye",
      `code ${code}`,
    ]);
  });

  test(`${signal} ends it while it works`, async (t) => {
    const stage = new Stage(t, import.meta.url);
    // It would work for a day.
    const program = stage.start("interrupt", ["--endpoint", ANYWHERE, "--work", "86400000"]);
    const [, address = ""] = await program.line(/listening on (\S+)/);

    await using factory = new ZmqFactory();
    const client = new ZmqReqConnection(factory, ZmqEndpoint.connect(address));
    await client.send("something long");
    await program.line(/^Working on something long$/);
    await endsOn(signal, program);
    assert.deepEqual(program.lines.slice(-2), [
      "W: interrupt received, 0 requests answered, 1 in hand",
      "W: socket closed, bye",
    ]);
    assert.deepEqual(program.errors, []);
  });
}

test("wrong arguments and an address in use get one line", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const wrong = stage.start("interrupt", ["--work", "hard"]);
  await refuses(wrong, /^usage: interrupt .*"hard"/);

  await using factory = new ZmqFactory();
  const owner = new ZmqRepConnection(factory, ZmqEndpoint.bind(ANYWHERE));
  const address = owner.lastEndpoint ?? "";
  const second = stage.start("interrupt", ["--endpoint", address]);
  await refuses(second, new RegExp(`^interrupt: address in use: ${address} `), 1);
});
