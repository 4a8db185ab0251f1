import { homedir } from "node:os";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, styleText } from "node:util";
import { type Example, readExamples, search } from "./catalog.js";
import { CreateError, create, isFree, mustBeFree } from "./create.js";
import { near } from "./near.js";

const EXAMPLES = fileURLToPath(new URL("../dist/examples", import.meta.url));

const HELP = `usage: npm create tx0mq@latest [FOLDER] [-- --example NAME]

Makes a folder of an example of the cookbook, as the start of a program of your own.
Asks for what is left out.

  FOLDER          where to make it; by default a folder with the example's name
  --example NAME  which example
  --list          shows all of them
  --help          shows this`;

const AS_IN = "as in npm create tx0mq@latest my-folder -- --example hello-world";

/** What the command does. @returns its exit code */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const { values, positionals } = parseArgs({
      args: args.filter((arg) => arg !== "--"), // npm create takes it away; npx and pnpm create do not
      allowPositionals: true,
      options: {
        example: { type: "string" },
        list: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
    for (const flag of ["example", "list"] as const) {
      // npm tells its commands which flags it has read.
      if (values[flag] === undefined && process.env[`npm_config_${flag}`] !== undefined) {
        throw new CreateError(`npm has taken --${flag} for its own: write -- before it, ${AS_IN}`);
      }
    }
    if (positionals.length > 1) throw new CreateError(`unexpected argument "${positionals[1]}"`);
    const examples = readExamples(EXAMPLES);
    if (values.help) console.log(HELP);
    else if (values.list) console.log(list(examples));
    else await make(examples, positionals[0], values.example);
    return 0;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (error.name === "ExitPromptError") {
      console.error("Nothing has been made.");
      return 130; // Ctrl-C, while it asked
    }
    // What is wrong with the arguments, or with files and folders, is no fault of this program.
    const { code = "", syscall } = error as NodeJS.ErrnoException;
    const known = error instanceof CreateError || code.startsWith("ERR_PARSE_ARGS") || syscall;
    if (!known) throw error;
    const hint = syscall ? "nothing has been made" : "--help tells more";
    console.error(`create-tx0mq: ${error.message.split(/\. To specify|\n/)[0]} (${hint})`);
    return 2;
  }
}

async function make(
  examples: readonly Example[],
  folder: string | undefined,
  name: string | undefined,
): Promise<void> {
  if (folder !== undefined) mustBeFree(folder);
  const example = name === undefined ? await askExample(examples) : named(examples, name);
  const target = folder ?? (name === undefined ? await askFolder(example.name) : example.name);
  create(target, example, examples);
  const there = relative(process.cwd(), target);
  console.log(`\n${example.manifest.example.title}, in ${there || "this folder"}. Now:\n`);
  if (there !== "") console.log(`  cd ${quoted(there)}`);
  for (const command of ["npm install", "npm start"]) console.log(`  ${command}`);
  console.log("\nREADME.md tells what it shows.");
}

/** A path as one word of a shell. */
function quoted(path: string): string {
  if (/^[\w./\\-]+$/.test(path)) return path;
  return process.platform === "win32" ? `"${path}"` : `'${path.replaceAll("'", "'\\''")}'`;
}

function named(examples: readonly Example[], name: string): Example {
  const found = examples.find((example) => example.name === name);
  if (found !== undefined) return found;
  const alike = near(examples, name, ({ name, manifest: { example } }) => ({ ...example, name }));
  const those = [...new Set([...alike, ...search(examples, name.replaceAll("-", " "))])].slice(
    0,
    3,
  );
  const names = those.map((example) => example.name).join(", ");
  const hint = those.length === 0 || name === "" ? "--list shows all" : `there is ${names}`;
  throw new CreateError(`no example "${name}": ${hint}`);
}

/** Lists by chapter, and searches as one types. */
async function askExample(examples: readonly Example[]): Promise<Example> {
  mustAsk("--example NAME");
  const { default: prompt, Separator } = await import("@inquirer/search");
  return prompt({
    message: "Which example?",
    pageSize: 15,
    theme: { style: { keysHelpTip: tell } },
    source: (text = "") => {
      return Array.from(group(search(examples, text)), ([chapter, those]) => [
        new Separator(`-- ${chapter} --`),
        ...those.map((example) => ({
          value: example,
          short: example.name,
          name: `${example.name}: ${example.manifest.example.title}`,
          description: example.manifest.description,
        })),
      ]).flat();
    },
  });
}

/** What the keys do, below the question. */
function tell(keys: readonly [key: string, action: string][]): string {
  const tips = keys.map(([key, action]) => `${key} ${action}`);
  return styleText("dim", ["type to search", ...tips].join(" • "));
}

async function askFolder(standard: string): Promise<string> {
  const { default: prompt } = await import("@inquirer/input");
  const validate = (folder: string) =>
    isFree(atHome(folder)) || `${folder} is there, and not empty`;
  return atHome(await prompt({ message: "In which folder?", default: standard, validate }));
}

/** A path with ~ as the home folder: no shell has read what is typed here. */
function atHome(path: string): string {
  return path.replace(/^~(?=$|[/\\])/, homedir);
}

function mustAsk(instead: string): void {
  const people = process.stdin.isTTY && process.stdout.isTTY;
  if (!people) throw new CreateError(`nobody to ask here: give ${instead}`);
}

function group(examples: readonly Example[]): Map<string, Example[]> {
  const groups = new Map<string, Example[]>();
  for (const example of examples) {
    groups.set(example.chapter, [...(groups.get(example.chapter) ?? []), example]);
  }
  return groups;
}

function list(examples: readonly Example[]): string {
  const width = Math.max(...examples.map(({ name }) => name.length));
  return Array.from(group(examples), ([chapter, those]) => [
    chapter,
    ...those.map(({ name, manifest }) => `  ${name.padEnd(width)}  ${manifest.example.title}`),
  ])
    .flat()
    .join("\n");
}
