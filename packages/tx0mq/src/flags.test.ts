import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { flags, oneOf } from "./flags.js";

const folder = mkdtempSync(join(tmpdir(), "tx0mq-flags-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** What a program reads that is started with these arguments. */
function read<T>(args: string[], reads: () => T): T {
  const before = process.argv;
  process.argv = [process.execPath, "/somewhere/hwserver.ts", ...args];
  try {
    return reads();
  } finally {
    process.argv = before;
  }
}

const all = () =>
  flags(
    {
      endpoint: "tcp://*:5555",
      sendDelay: 1000,
      limit: -1,
      peers: ["tcp://localhost:1"],
      role: oneOf("all", "client", "worker"),
      name: String,
      count: Number,
      v: false,
    },
    { zip: "10001", rest: [] as string[] },
  );

test("without arguments there are the defaults, with their types", () => {
  const values = read([], all);
  const endpoint: string = values.endpoint;
  const sendDelay: number = values.sendDelay;
  const peers: readonly string[] = values.peers;
  const role: "all" | "client" | "worker" = values.role;
  const name: string | undefined = values.name;
  const count: number | undefined = values.count;
  const v: boolean = values.v;
  assert.deepEqual(
    [endpoint, sendDelay, values.limit, peers, role, name, count, v, values.zip, values.rest],
    [
      "tcp://*:5555",
      1000,
      -1,
      ["tcp://localhost:1"],
      "all",
      undefined,
      undefined,
      false,
      "10001",
      [],
    ],
  );
});

test("flags and arguments are read in any order", () => {
  const args = ["90210", "--send-delay", "5", "--limit=-1", "--peers", "a", "x", "--peers=b"];
  const values = read(
    [...args, "--role", "worker", "--name", "joe", "--count", "7", "-v", "y"],
    all,
  );
  assert.deepEqual(
    { ...values },
    {
      endpoint: "tcp://*:5555",
      sendDelay: 5,
      limit: -1,
      peers: ["a", "b"],
      role: "worker",
      name: "joe",
      count: 7,
      v: true,
      zip: "90210",
      rest: ["x", "y"],
    },
  );
});

const program = `import { flags, oneOf } from ${JSON.stringify(new URL("./flags.ts", import.meta.url).href)};
console.log(JSON.stringify(flags({ endpoint: "tcp://*:5555", work: 1000, role: oneOf("a", "b"), v: false }, { zip: "1" })));`;

function run(...args: string[]) {
  const file = join(folder, "hwserver.mts");
  writeFileSync(file, program);
  const node = ["--import", "tsx", file, ...args];
  return spawnSync(process.execPath, node, { encoding: "utf8" });
}

test("--help prints what there is, and ends the program", () => {
  const { status, stdout, stderr } = run("--help");
  assert.deepEqual([status, stderr], [0, ""]);
  assert.equal(
    stdout,
    `usage: hwserver [--endpoint ADDRESS] [--work NUMBER] [--role a|b] [-v] [ZIP]

  --endpoint ADDRESS  default: tcp://*:5555
  --work NUMBER       default: 1000
  --role a|b          default: a
  -v
  ZIP                 default: 1
`,
  );
});

test("what is wrong gets one line and exit code 2", () => {
  for (const [args, why] of [
    [["--colour", "red"], /Unknown option '--colour'/],
    [["--work", "soon"], /--work is a whole number from 0 to 2147483647, not "soon"/],
    [["--work=-1"], /--work is a whole number/],
    [["--work", "1.5"], /--work is a whole number/],
    [["--work", "99999999999"], /--work is a whole number/],
    [["--work"], /--work/],
    [["--role", "c"], /--role is a or b, not "c"/],
    [["1", "2"], /unexpected argument "2"/],
  ] as const) {
    const { status, stdout, stderr } = run(...args);
    assert.deepEqual([status, stdout], [2, ""], stderr);
    assert.match(
      stderr,
      new RegExp(`^hwserver: .*${why.source}.* \\(hwserver --help tells.*\\)\\n$`),
    );
  }
});
