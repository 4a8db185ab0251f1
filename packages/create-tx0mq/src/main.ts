import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type Example, readExamples, search } from "./catalog.js";
import { CreateError, create } from "./create.js";

const EXAMPLES = fileURLToPath(new URL("../dist/examples", import.meta.url));

const HELP = `usage: npm create tx0mq@latest [FOLDER] [-- --example NAME]

Makes a folder of an example of the cookbook, as the start of a program of your own.
Asks for what is left out.

  FOLDER          where to make it; by default a folder with the example's name
  --example NAME  which example
  --list          shows all of them
  --help          shows this`;

/** What the command does. @returns its exit code */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        example: { type: "string" },
        list: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
    if (positionals.length > 1) throw new CreateError(`unexpected argument "${positionals[1]}"`);
    const examples = readExamples(EXAMPLES);
    if (values.help) console.log(HELP);
    else if (values.list) console.log(list(examples));
    else await make(examples, positionals[0], values.example);
    return 0;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (error.name === "ExitPromptError") return 130; // Ctrl-C, while it asked
    const known = error instanceof CreateError || error.message.includes("option");
    if (!known) throw error;
    console.error(
      `create-tx0mq: ${error.message.split(/\. To specify|\n/)[0]} (--help tells more)`,
    );
    return 2;
  }
}

async function make(
  examples: readonly Example[],
  folder: string | undefined,
  name: string | undefined,
): Promise<void> {
  const example = name === undefined ? await askExample(examples) : named(examples, name);
  const target = folder ?? (name === undefined ? await askFolder(example.name) : example.name);
  create(target, example, examples);
  const there = relative(process.cwd(), target) || ".";
  console.log(`\n${example.manifest.example.title}, in ${there}. Now:\n`);
  console.log(`  cd ${there}\n  npm install\n  npm start\n\nREADME.md tells what it shows.`);
}

function named(examples: readonly Example[], name: string): Example {
  const found = examples.find((example) => example.name === name);
  if (found !== undefined) return found;
  const alike = examples.filter((example) => example.name.includes(name));
  const near = [...new Set([...alike, ...search(examples, name.replaceAll("-", " "))])].slice(0, 3);
  const names = near.map((example) => example.name).join(", ");
  const hint = near.length === 0 ? "--list shows all" : `there is ${names}`;
  throw new CreateError(`no example "${name}": ${hint}`);
}

/** Lists by chapter, and searches as one types. */
async function askExample(examples: readonly Example[]): Promise<Example> {
  mustAsk("--example NAME");
  const { default: prompt, Separator } = await import("@inquirer/search");
  return prompt({
    message: "Which example?",
    pageSize: 15,
    source: (text = "") => {
      return Array.from(group(search(examples, text)), ([chapter, those]) => [
        new Separator(`-- ${chapter} --`),
        ...those.map((example) => ({
          value: example,
          name: `${example.name}: ${example.manifest.example.title}`,
          description: example.manifest.description,
        })),
      ]).flat();
    },
  });
}

async function askFolder(standard: string): Promise<string> {
  const { default: prompt } = await import("@inquirer/input");
  return prompt({ message: "In which folder?", default: standard });
}

function mustAsk(instead: string): void {
  if (!process.stdin.isTTY) throw new CreateError(`nobody to ask here: give ${instead}`);
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
