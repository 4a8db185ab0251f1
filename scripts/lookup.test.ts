import assert from "node:assert/strict";
import { test } from "node:test";
import { findExample, nearExamples } from "./lookup.ts";
import type { ExampleWorkspace } from "./workspaces.ts";

function example(path: string, ...programs: string[]): ExampleWorkspace {
  const name = path.split("/").at(-1) ?? "";
  return {
    name,
    path,
    folder: `/repo/${path}`,
    packageName: `@tx0mq/example-${name}`,
    description: "",
    scripts: {},
    example: {
      title: name,
      order: 1,
      sockets: [],
      patterns: [],
      programs: programs.map((program) => ({ name: program, endpoints: [] })),
    },
  };
}

const EXAMPLES = [
  example("examples/zguide/chapter1/hello-world", "hwserver", "hwclient"),
  example("examples/zguide/chapter4/majordomo", "mdbroker", "mdworker", "mdclient"),
  example("examples/zguide/chapter4/async-majordomo", "mdclient2"),
  example("examples/zguide/chapter5/clone-1", "clonesrv1"),
  example("examples/zguide/chapter5/clone-2", "clonesrv2"),
];

function find(wanted: string, from = "/repo"): string | undefined {
  return findExample(EXAMPLES, wanted, from)?.name;
}

function near(wanted: string): string[] {
  return nearExamples(EXAMPLES, wanted).map(({ name }) => name);
}

test("an example is found by name, package and path", () => {
  assert.equal(find("majordomo"), "majordomo");
  assert.equal(find("@tx0mq/example-majordomo"), "majordomo");
  assert.equal(find("examples/zguide/chapter4/majordomo"), "majordomo");
  assert.equal(find("examples/zguide/chapter4/majordomo/", "/elsewhere"), "majordomo");
  assert.equal(find("../majordomo", "/repo/examples/zguide/chapter4/async-majordomo"), "majordomo");
  assert.equal(find(".", "/repo/examples/zguide/chapter5/clone-2"), "clone-2");
  assert.equal(find("/repo/examples/zguide/chapter5/clone-2"), "clone-2");
});

test("nothing else is found", () => {
  for (const wanted of ["", "major", "hwserver", "chapter4", "examples/zguide", "clone"]) {
    assert.equal(find(wanted), undefined, wanted);
  }
});

test("typing errors, parts of a name and names of programs lead to the examples", () => {
  assert.deepEqual(near("helo-wrld"), ["hello-world"]);
  assert.deepEqual(near("helo"), ["hello-world"]);
  assert.deepEqual(near("Hello"), ["hello-world"]);
  assert.deepEqual(near("majordomo2"), ["majordomo", "async-majordomo"]);
  assert.deepEqual(near("domo"), ["majordomo", "async-majordomo"]);
  assert.deepEqual(near("clone-9"), ["clone-1", "clone-2"]);
  assert.deepEqual(near("hwserver"), ["hello-world"]);
  assert.deepEqual(near("mdclient"), ["majordomo", "async-majordomo"]);
  assert.deepEqual(near("examples/zguide/chapter9/clone-2"), ["clone-2", "clone-1"]);
});

test("what is like nothing leads nowhere", () => {
  assert.deepEqual(near("quantum-computer"), []);
  assert.deepEqual(near(""), []);
});
