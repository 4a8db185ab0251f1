// Runs the library's tests and those of the examples on the engine in TypeScript: npm run test:zmtp.
import { ENGINE, LEFT_OUT } from "./on-zmtp.ts";
import { end, passSignalsOn, run } from "./run.ts";
import { readWords } from "./usage.ts";
import { ROOT, readExamples } from "./workspaces.ts";

const USAGE = `usage: npm run test:zmtp

Builds the engine in TypeScript (packages/zmtp), and runs the library's tests, the smoke tests of all examples,
and, where python3 has pyzmq, those beside libzmq on it. npm test has all of it but most of the examples. As
npm test does, it remembers what has not changed. Exits with 1 when a test fails.`;

/** What turbo plans to do. */
interface Plan {
  readonly tasks: readonly { readonly taskId: string; readonly hash: string }[];
}

/** Runs tasks to their end. @returns whether all succeeded */
async function turbo(args: readonly string[], hash?: string): Promise<boolean> {
  const env = { ...process.env, TURBO_TELEMETRY_DISABLED: "1" };
  const engine = { TX0MQ_ENGINE: "zmtp", TX0MQ_ENGINE_HASH: hash };
  const ending = await run(["turbo", "run", ...args, "--continue=always"], {
    cwd: ROOT,
    env: hash === undefined ? env : { ...env, ...engine },
    stdio: "inherit",
  });
  if (ending.signal !== null) end(ending);
  return ending.code === 0;
}

/** Stands for all that the engine is made of: examples do not depend on it, and are tested again when it changes. */
async function engineHash(): Promise<string> {
  const { code, output } = await run(
    ["turbo", "run", "build", `--filter=${ENGINE}`, "--dry=json"],
    { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] },
  );
  if (code !== 0) throw new Error("turbo does not plan the engine's build");
  const { tasks } = JSON.parse(output) as Plan;
  const build = tasks.find(({ taskId }) => taskId === `${ENGINE}#build`);
  if (build === undefined) throw new Error(`turbo does not know ${ENGINE}#build`);
  return build.hash;
}

readWords(USAGE, 0);
const tested = readExamples().filter(({ name }) => LEFT_OUT[name] === undefined);
passSignalsOn();

const hash = await engineHash();
// The engine is built before any example begins: none depends on its build.
if (!(await turbo(["build", `--filter=${ENGINE}`]))) process.exit(1);
const own = await turbo(["test:library", "test:interop", `--filter=${ENGINE}`], hash);
const all = await turbo(
  ["test", ...tested.map(({ packageName }) => `--filter=${packageName}`)],
  hash,
);
for (const [name, reason] of Object.entries(LEFT_OUT)) console.log(`left out: ${name}: ${reason}`);
process.exitCode = own && all ? 0 : 1;
