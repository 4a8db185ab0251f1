import assert from "node:assert/strict";
import { test } from "node:test";
import { endsOn, refuses } from "./expect.ts";
import type { Program } from "./program.ts";
import { Stage } from "./stage.ts";

function script(stage: Stage, source: string): Program {
  return stage.start({ command: [process.execPath, "--eval", source] });
}

test("endsOn wants an end by the signal, in silence", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const wait = "setInterval(() => {}, 1000); console.log('ready');";
  const good = script(stage, `console.error('before'); ${wait}`);
  await good.line(/ready/);
  await good.line(/before/, { from: "stderr" });
  await endsOn("SIGTERM", good);

  const polite = script(stage, `process.on('SIGINT', () => process.exit(0)); ${wait}`);
  await polite.line(/ready/);
  await assert.rejects(endsOn("SIGINT", polite), /by SIGINT/);

  const end = "() => { console.error('trace'); process.kill(process.pid, 'SIGINT'); }";
  const loud = script(stage, `process.once('SIGINT', ${end}); ${wait}`);
  await loud.line(/ready/);
  await assert.rejects(endsOn("SIGINT", loud), /prints nothing/);
});

test("refuses wants one line and the exit code", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const failing = (lines: string, code: number): Program =>
    script(stage, `console.error(${JSON.stringify(lines)}); process.exit(${code})`);
  await refuses(failing("usage: it", 2), /^usage/);
  await refuses(failing("in use", 1), /use/, 1);
  await assert.rejects(refuses(failing("usage: it", 1), /^usage/));
  await assert.rejects(refuses(failing("two\nlines", 2), /two/), /one line/);
  await assert.rejects(refuses(failing("else", 2), /usage/));
});
