import assert from "node:assert/strict";
import { test } from "node:test";
import { readExamples } from "../../../scripts/workspaces.ts";
import { diagram } from "./fold.ts";
import { match } from "./match.ts";
import { run } from "./run.ts";

const example = (name: string) => {
  const found = readExamples().find((workspace) => workspace.name === name);
  assert(found);
  return found;
};

test("a run tells what was printed, and what went over addresses that are shown as they are given", async () => {
  const { events, lines, interrupted } = await run(example("kill-signaling"));
  assert.equal(interrupted, false);
  assert(
    lines.some((line) => line.startsWith("[tasksink2]   Total elapsed time")),
    lines.join("\n"),
  );
  const matched = match(events);
  assert.equal(matched.strays, 0);
  const { lifelines, steps } = diagram(events, matched);
  const shown = JSON.stringify(steps);
  assert(lifelines.includes("taskwork2-3: PUSH, SUB, PULL"), lifelines.join("\n"));
  assert(shown.includes("binds tcp://*:5558") && shown.includes("KILL"), shown);
  assert.doesNotMatch(`${shown}${lines}`, /127\.(?!0\.0\.1)|record-/);
});

test("a run tells that it failed", async () => {
  const version = example("version");
  const { code, interrupted } = await run({
    ...version,
    example: { ...version.example, recorded: "tsx version.ts --nonsense" },
  });
  assert.deepEqual([code, interrupted], [2, false]);
});
