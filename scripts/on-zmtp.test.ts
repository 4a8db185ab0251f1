// What is tried on the engine in TypeScript is there, and is enough.
import assert from "node:assert/strict";
import { test } from "node:test";
import { LEFT_OUT, SELECTED } from "./on-zmtp.ts";
import { readExamples } from "./workspaces.ts";

const examples = readExamples();
const selected = examples.filter(({ name }) => name in SELECTED);

test("what is chosen for the engine, and what it does not run, are examples", () => {
  const names = new Set(examples.map(({ name }) => name));
  for (const name of [...Object.keys(SELECTED), ...Object.keys(LEFT_OUT)])
    assert(names.has(name), name);
});

test("each socket type that an example has is tried on the engine", () => {
  const tried = new Set(selected.flatMap(({ example }) => example.sockets));
  // XREQ is DEALER; UDP is Node's own.
  for (const type of new Set(examples.flatMap(({ example }) => example.sockets))) {
    if (!["XREQ", "XREP", "UDP"].includes(type)) assert(tried.has(type), type);
  }
});

test("each transport is tried on the engine", () => {
  const endpoints = selected.flatMap(({ example }) =>
    example.programs.flatMap((program) => program.endpoints),
  );
  for (const transport of ["tcp", "ipc", "inproc", "udp"]) {
    assert(
      endpoints.some((endpoint) =>
        endpoint.split(" ").some((word) => word.startsWith(`${transport}://`)),
      ),
      transport,
    );
  }
});
