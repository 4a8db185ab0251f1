import { basename } from "node:path";
import { chapterOf, type ExampleWorkspace } from "../../scripts/workspaces.ts";
import { ALSO, PATTERNS } from "./patterns.ts";

/** All examples, chapter by chapter. */
export function examplesByChapter(
  chapters: ReadonlyMap<string, readonly ExampleWorkspace[]>,
  titleOf: (folder: string) => string,
): string {
  const sections = Array.from(
    chapters,
    ([folder, its]) =>
      `## [${titleOf(folder)}](./${basename(folder)}.md) {#${basename(folder)}}\n\n${list(its)}`,
  );
  return page(
    "All examples",
    "In the order of the guide; those after pyzmq's come last.",
    sections,
  );
}

/** All examples by the types of their sockets. */
export function sockets(examples: readonly ExampleWorkspace[]): string {
  const types = new Set(examples.flatMap(({ example }) => example.sockets));
  const sections = Array.from(
    types,
    (type) =>
      `## ${type} {#${type.toLowerCase()}}\n\n${list(examples.filter(({ example }) => example.sockets.includes(type)))}`,
  );
  return page("By socket", "Which examples use a type of socket.", sections);
}

/** The patterns that there are examples of. */
export function patternsOf(examples: readonly ExampleWorkspace[]) {
  return Object.entries(PATTERNS)
    .map(([id, wish]) => ({
      id,
      wish,
      its: examples.filter(({ example }) => example.patterns.includes(id)),
    }))
    .filter(({ its }) => its.length > 0);
}

/** All examples by what they are good for. */
export function patterns(examples: readonly ExampleWorkspace[]): string {
  const sections = patternsOf(examples).map(
    ({ id, wish, its }) =>
      `## … ${wish} {#${id}}\n\n${ALSO[id] ? `Other words: ${ALSO[id]}.\n\n` : ""}${list(its)}`,
  );
  return page("I want to …", "What the examples are good for, the simplest first.", sections);
}

/** The originals' names, and where they are here. */
export function originals(examples: readonly ExampleWorkspace[]): string {
  const guide = examples.filter(({ example }) => example.guide !== undefined);
  const others = examples.filter(({ example }) => example.guide === undefined);
  const programs = guide
    .flatMap((workspace) => workspace.example.programs.map(({ name }) => ({ name, workspace })))
    .sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: true }))
    .map(
      ({ name, workspace }) =>
        `| [\`${name}\`](./${workspace.name}.md#${name}-ts) | ${link(workspace)} | ${chapterOf(workspace)} |`,
    );
  const files = others.map(
    (workspace) => `| \`${workspace.example.origin}\` | ${link(workspace)} |`,
  );
  return page("By the original's name", "You know it from Python or C, and want to see it here.", [
    `## The guide's programs {#guide}

They have the guide's names: \`hwserver\` is its \`hwserver.py\` and \`hwserver.c\`. A dash stands for an underscore.

| program | example | chapter |
| --- | --- | --- |
${programs.join("\n")}`,
    `## Others {#pyzmq}\n\n| original | example |\n| --- | --- |\n${files.join("\n")}`,
  ]);
}

function page(title: string, lead: string, sections: readonly string[]): string {
  return `# ${title}\n\n${lead}\n\n${sections.join("\n\n")}\n`;
}

function list(examples: readonly ExampleWorkspace[]): string {
  return examples
    .map((workspace) => `- ${link(workspace)}: ${lower(workspace.description)}`)
    .join("\n");
}

function link({ name }: ExampleWorkspace): string {
  return `[${name}](./${name}.md)`;
}

/** A description goes on after a colon; \`<\` would be the start of an element. */
function lower(text: string): string {
  return text.replaceAll("<", "&lt;");
}
