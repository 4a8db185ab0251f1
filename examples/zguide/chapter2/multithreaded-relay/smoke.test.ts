import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { refuses, Stage } from "@tx0mq/smoke";

const RACE = [
  "Step 1 is ready, signalling step 2",
  "Step 2 has the signal, passing it on",
  "Step 3 has the signal. Test successful!",
];

describe("multithreaded relay", { concurrency: true }, () => {
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

  test("a wrong flag gets one line", async (t) => {
    const program = new Stage(t, import.meta.url).start("mtrelay", ["--step4", "inproc://step4"]);
    await refuses(program, /^mtrelay: .*--step4/);
  });
});
