import assert from "node:assert/strict";
import { test } from "node:test";
import { refuses, Stage } from "@tx0mq/smoke";
import { ZmqEndpoint, ZmqFactory, ZmqPairConnection } from "tx0mq";

const RACE = [
  "Step 1 is ready, signalling step 2",
  "Step 2 has the signal, passing it on",
  "Step 3 has the signal. Test successful!",
];

test("the signal passes step 1, 2 and 3, in order, and the program ends by itself", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const relays = [
    stage.start("mtrelay"),
    stage.start("mtrelay", ["--step2", stage.ipc("step2"), "--step3", "tcp://127.0.0.1:*"]),
  ];
  for (const relay of relays) {
    assert.deepEqual(await relay.exit(), { code: 0, signal: null });
    assert.deepEqual(relay.lines, RACE);
    assert.deepEqual(relay.errors, []);
  }
});

test("wrong arguments and an address in use get one line, in whichever thread they are found", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const usage = stage.start("mtrelay", ["--step4", "inproc://step4"]);
  const typo = stage.start("mtrelay", ["--step2", "inprok://step2"]);
  await using factory = new ZmqFactory();
  const owner = new ZmqPairConnection(factory, ZmqEndpoint.bind("tcp://127.0.0.1:*"));
  const second = stage.start("mtrelay", ["--step2", owner.lastEndpoint ?? ""]);

  await refuses(usage, /^usage: mtrelay .*--step4/);
  await refuses(typo, /^mtrelay: .*unknown transport "inprok"/);
  await refuses(second, /^mtrelay: address in use: tcp:\/\/127.0.0.1:\d+/, 1);
});
