import assert from "node:assert/strict";
import { test } from "node:test";
import { Stage } from "@tx0mq/smoke";

test("the events of a connect, a disconnect and a retry are seen in order", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const [first, second] = [await stage.tcp(), await stage.tcp()];
  const program = stage.start("simple-monitor", ["--first", first, "--second", second]);
  assert.deepEqual(await program.exit(), { code: 0, signal: null });
  const req = program.lines.filter((line) => line.startsWith("REQ: "));
  assert.deepEqual(
    [...req.slice(0, 8), ...req.slice(8).sort()],
    [
      `REQ: listening ${first}`,
      `REQ: listening ${second}`,
      `REQ: accepted ${first}`,
      `REQ: handshakeSucceeded ${first}`,
      `REQ: accepted ${second}`,
      `REQ: handshakeSucceeded ${second}`,
      `REQ: disconnected ${first}`,
      `REQ: disconnected ${second}`,
      ...[first, second].map((address) => `REQ: endpointClosed ${address}`).sort(),
    ],
  );
  const rep = program.lines.filter((line) => line.startsWith("REP: ")).slice(0, 3);
  assert.deepEqual(rep.slice(0, 2), [
    `REP: connectDelayed ${first}`,
    `REP: endpointClosed ${first}`,
  ]);
  assert.match(rep[2] ?? "", /^REP: retried tcp:\S+ \d+$/);
  assert.deepEqual(program.errors, []);
});
