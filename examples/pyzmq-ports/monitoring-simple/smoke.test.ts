import assert from "node:assert/strict";
import { test } from "node:test";
import { Stage } from "@tx0mq/smoke";

test("the events of a connect, a disconnect and a retry are seen in order", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const [first, second] = [await stage.tcp(), await stage.tcp()];
  const program = stage.start("simple-monitor", ["--first", first, "--second", second]);
  assert.deepEqual(await program.exit(), { code: 0, signal: null });
  const lines = program.lines.map((line) => line.replace(/^-+/, "step:"));
  const end = lines.indexOf("step: close req, connect another rep");
  assert.deepEqual(lines.slice(1, end), [
    "step: bind req",
    `REQ: listening ${first}`,
    `REQ: listening ${second}`,
    "step: connect rep",
    `REQ: accepted ${first}`,
    `REQ: handshakeSucceeded ${first}`,
    `REQ: accepted ${second}`,
    `REQ: handshakeSucceeded ${second}`,
    "step: disconnect rep",
    `REQ: disconnected ${first}`,
    "step: close rep",
    `REQ: disconnected ${second}`,
  ]);
  assert.deepEqual(
    lines
      .slice(end)
      .filter((line) => line.startsWith("REQ: "))
      .sort(),
    [first, second].map((address) => `REQ: endpointClosed ${address}`).sort(),
  );
  const rep = program.lines.filter((line) => line.startsWith("REP: ")).slice(0, 3);
  assert.deepEqual(rep.slice(0, 2), [
    `REP: connectDelayed ${first}`,
    `REP: endpointClosed ${first}`,
  ]);
  assert.match(rep[2] ?? "", /^REP: retried tcp:\S+ \d+$/);
  assert.deepEqual(program.errors, []);
});
