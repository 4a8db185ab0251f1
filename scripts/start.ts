// Runs an example live: builds the library that it needs, then does what its npm start does.
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";
import { findExample, nearExamples } from "./lookup.ts";
import { end, passSignalsOn, run } from "./run.ts";
import { table } from "./table.ts";
import { readWords } from "./usage.ts";
import { type ExampleWorkspace, ROOT, readExamples } from "./workspaces.ts";

const USAGE = `usage: npm start [-- EXAMPLE]

Runs an example, with the output of each program labelled; Ctrl-C ends it. EXAMPLE is the name of
its folder (hello-world if there is none), its path, or the name of its package.
All examples: npm run examples.`;

async function build({ packageName }: ExampleWorkspace): Promise<void> {
  const turbo = createRequire(import.meta.url).resolve("turbo/package.json");
  const command = [process.execPath, join(dirname(turbo), "bin", "turbo")];
  const ending = await run(
    [...command, "run", "build", `--filter=${packageName}...`, "--ui=stream"],
    { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] },
  );
  if (ending.signal !== null) end({ ...ending, code: null });
  if (ending.code === 0) return;
  console.error(ending.output);
  end(ending);
}

/** Does what npm start does there, but in one process less: signals reach the example itself. */
async function start({ folder, scripts: { start = "" } }: ExampleWorkspace): Promise<never> {
  const PATH = [join(ROOT, "node_modules/.bin"), process.env.PATH].join(delimiter);
  // The last of several commands takes the shell's place.
  const command = ["/bin/sh", "-c", start.replace(/(.* && )?/, "$&exec ")];
  return end(await run(command, { cwd: folder, stdio: "inherit", env: { ...process.env, PATH } }));
}

function choose(wanted: string): ExampleWorkspace {
  const examples = readExamples();
  const { INIT_CWD = process.cwd() } = process.env;
  const found = findExample(examples, wanted, INIT_CWD);
  if (found !== undefined) return found;
  console.error(`there is no example "${wanted}"`);
  const near = nearExamples(examples, wanted);
  if (near.length === 0) console.error("all examples: npm run examples");
  else console.error(["did you mean", ...table(near).map((row) => `  ${row}`)].join("\n"));
  process.exit(2);
}

const [wanted = "hello-world"] = readWords(USAGE, 1);
const example = choose(wanted);
passSignalsOn();
await build(example);
await start(example);
