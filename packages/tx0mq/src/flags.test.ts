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

/** A program that is started with these arguments: plain JavaScript, so that it starts at once. */
function run(...args: string[]) {
  const file = join(folder, "hwserver.mjs");
  const source = new URL("./flags.ts", import.meta.url).href;
  writeFileSync(
    file,
    `import { flags, oneOf } from ${JSON.stringify(source)};
    flags({ endpoint: "tcp://*:5555", work: 1000, role: oneOf("a", "b"), v: false }, { zip: "1" });`,
  );
  const node = ["--import", import.meta.resolve("@tx0mq/smoke/ts"), file, ...args];
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
  const { status, stdout, stderr } = run("--work", "soon");
  assert.deepEqual([status, stdout], [2, ""]);
  assert.match(stderr, /^hwserver: --work .*"soon" \(hwserver --help tells what there is\)\n$/);
});

for (const [args, why] of [
  [["--colour", "red"], /Unknown option '--colour'/],
  [["--send-delay", "soon"], /--send-delay is a whole number from 0 to 2147483647, not "soon"/],
  [["--send-delay="], /--send-delay is a whole number/],
  [["--send-delay=-1"], /--send-delay is a whole number/],
  [["--send-delay", "1.5"], /--send-delay is a whole number/],
  [["--send-delay", "99999999999"], /--send-delay is a whole number/],
  [["--count", "-1"], /'--count' argument is ambiguous; .*: --count=-1 \(/],
  [["-v", "--name", "-x"], /'--name' argument is ambiguous; .*: --name=-1 \(/],
  [["--limit=x"], /--limit is a whole number from -1 to 2147483647, not "x"/],
  [["--send-delay"], /'--send-delay <value>' argument missing/],
  [["--role", "boss"], /--role is all, client or worker, not "boss"/],
  [["-v=1"], /'-v' does not take an argument|Unknown option '-='/],
] as const) {
  test(`${args.join(" ")} is wrong`, (t) => {
    const printed = t.mock.method(console, "error", () => undefined);
    t.mock.method(process, "exit", (code: unknown) => {
      throw new Error(`exit ${code}`);
    });
    assert.throws(() => read([...args], all), /^Error: exit 2$/);
    const [call, ...others] = printed.mock.calls;
    assert.deepEqual(others, []);
    assert.match(String(call?.arguments[0]), why);
    assert.match(String(call?.arguments[0]), /^hwserver: .*$/);
  });
}

test("a switch is off by default", () => {
  // @ts-expect-error one that is on could not be switched off
  assert.equal(read([], () => flags({ on: true })).on, true);
});

test("one argument too many is wrong", () => {
  const { status, stderr } = run("1", "2");
  assert.equal(status, 2);
  assert.match(stderr, /^hwserver: unexpected argument "2"/);
});
