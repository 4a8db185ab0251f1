import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
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
  // Another program may have the guide's ports.
  const [tasks, sink, control] = await freePorts(3);
  const worker = `"taskwork2.ts --tasks tcp://localhost:${tasks} --sink tcp://localhost:${sink} --control tcp://localhost:${control}"`;
  const recorded = [
    "tx0mq-run --all",
    `"../../chapter1/divide-and-conquer/taskvent.ts --workers 3 --tasks tcp://*:${tasks} --sink tcp://localhost:${sink}"`,
    ...[worker, worker, worker],
    `"tasksink2.ts --sink tcp://*:${sink} --control tcp://*:${control}"`,
  ].join(" ");
  const killSignaling = example("kill-signaling");
  const { events, lines, interrupted } = await run({
    ...killSignaling,
    example: { ...killSignaling.example, recorded },
  });
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
  assert(shown.includes(`binds tcp://*:${sink}`) && shown.includes("KILL"), shown);
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

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  for (const server of servers) server.close();
  return ports;
}
