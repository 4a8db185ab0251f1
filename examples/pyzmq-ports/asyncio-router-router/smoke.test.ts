import assert from "node:assert/strict";
import { test } from "node:test";
import { endsOn, Stage } from "@tx0mq/smoke";
import { ZmqDealerConnection, ZmqFactory } from "tx0mq";

test("a message without an envelope costs a line", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const endpoint = stage.ipc("server");
  const program = stage.start("router-router", [
    ...["--endpoint", endpoint, "--period", "60000", "--duration", "120000"],
  ]);
  await using factory = new ZmqFactory();
  const dealer = new ZmqDealerConnection(factory, { connect: endpoint });
  for (const message of ["one frame", ["two", "frames"]]) {
    await dealer.send(message);
    await program.line(/^tx0mq: .* an empty frame and a body$/, { from: "stderr" });
  }
  await dealer.send(["", "cheers"]);
  assert.deepEqual((await dealer.receive({ timeout: 60_000 })).map(String), ["", "whatup"]);
  await endsOn("SIGINT", program);
  assert.ok(!program.lines.some((line) => line.includes("undefined")));
});

test("both sides address each other by identity, and the program ends by itself", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const program = stage.start("router-router", ["--period", "20", "--duration", "3000"]);
  assert.deepEqual(await program.exit(), { code: 0, signal: null });
  for (const name of ["romeo", "sierra"]) {
    const open: number[] = []; // after each reply, how many requests had none yet
    let asked = 0;
    for (const line of program.lines) {
      if (line === `server received cheers from ${name}`) asked += 1;
      if (line === `${name} received whatup from server`) open.push(asked - open.length - 1);
    }
    assert.ok(open.length >= 3, name);
    assert.ok(Math.min(...open) >= 0, "nobody is told what it has not asked");
    assert.equal(Math.min(...open.slice(open.length / 2)), 0, "no reply is left out for good");
  }
  assert.deepEqual(program.errors, []);
});
