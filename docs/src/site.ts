import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join, posix } from "node:path";
import type { DefaultTheme } from "vitepress";
import {
  chapterOf,
  type ExampleWorkspace,
  ROOT,
  readExamples,
  readWorkspaces,
} from "../../scripts/workspaces.ts";
import { examplesByChapter, originals, patterns, patternsOf, sockets } from "./indexes.ts";
import { figure, type Places, toPage, withReference } from "./markdown.ts";
import { PATTERNS } from "./patterns.ts";
import { drawSequence } from "./record/draw.ts";
import { recordingOf } from "./record/recording.ts";

/** What is written for the site, beside the READMEs, as the side bar has it. */
const GUIDES: Readonly<Record<string, readonly string[]>> = {
  Guides: [
    "docs/guides/first-steps.md",
    "docs/guides/choosing-a-socket.md",
    "docs/guides/security.md",
    "docs/architecture.md",
    "docs/without-libzmq.md",
    "docs/performance.md",
  ],
  "Coming from …": [
    "docs/guides/from-zeromq-js.md",
    "docs/guides/from-pyzmq.md",
    "docs/guides/from-txzmq.md",
  ],
};

/** What reference.ts writes, a page for each module. */
const REFERENCE = [
  { text: "tx0mq", link: "/api" },
  { text: "tx0mq/flags", link: "/api-flags" },
  { text: "tx0mq/thread", link: "/api-thread" },
];

export interface Site {
  /** The pages' text, by name. They lie in one folder, so that links are the same from all. */
  readonly pages: ReadonlyMap<string, string>;
  /** Files that pages show or link to: where they are on the site, and in the repository. */
  readonly files: ReadonlyMap<string, string>;
  readonly sidebar: DefaultTheme.SidebarItem[];
}

/** Makes all pages from the workspaces; the reference has been made before. */
export function makeSite(reference: ReadonlyMap<string, string>, root: string = ROOT): Site {
  const examples = readExamples(root);
  const others = readWorkspaces(root).filter(({ example }) => example === undefined);
  const chapters = new Map<string, ExampleWorkspace[]>();
  for (const example of examples) {
    const folder = posix.dirname(example.path);
    chapters.set(folder, [...(chapters.get(folder) ?? []), example]);
  }

  const pages = new Map<string, string>();
  const files = new Map<string, string>();
  const dead: string[] = [];
  const names = new Map<string, string>(
    [...examples, ...others].map(({ path, name }) => [path, `./${name}.md`]),
  );
  for (const folder of chapters.keys()) names.set(folder, `./${basename(folder)}.md`);
  const guides = Object.values(GUIDES).flat();
  for (const guide of guides) names.set(guide, `./${basename(guide)}`);
  names.set("examples", "./examples.md").set("README.md", "./index.md");

  const places: Places = {
    root,
    dead: (link) => dead.push(link),
    page(path) {
      const own = names.get(path) ?? names.get(path.replace(/\/README\.md$/, ""));
      if (own !== undefined) return own;
      const example = names.get(posix.dirname(path));
      if (example === undefined || !isProgram(basename(path))) return undefined;
      return existsSync(join(root, path)) ? `${example}#${anchor(basename(path))}` : undefined;
    },
    copy(path) {
      const image = /\.(svg|png)$/.test(path);
      const place = image ? basename(path) : `public/source/${path}.txt`;
      files.set(place, path);
      return image ? `./${place}` : `./source/${path}.txt`;
    },
  };
  const read = (path: string) => readFileSync(join(root, path), "utf8");
  const add = (name: string, text: string, description = "") => {
    if (pages.has(name)) throw new Error(`two pages are named ${name}`);
    pages.set(name, description === "" ? text : `${front({ description })}${text}`);
  };

  add("index", home(toPage(read("README.md"), "README.md", places), examples));
  add("examples", examplesByChapter(chapters, titleOf));
  add("sockets", sockets(examples));
  add("patterns", patterns(examples));
  add("originals", originals(examples));
  for (const folder of chapters.keys()) {
    add(basename(folder), toPage(read(`${folder}/README.md`), `${folder}/README.md`, places));
  }
  for (const example of examples) {
    add(example.name, examplePage(example, places, reference), example.description);
  }
  for (const { name, path, description } of others) {
    const text = toPage(read(`${path}/README.md`), `${path}/README.md`, places);
    add(name, name === "tx0mq" ? withReference(text, reference) : text, description);
  }
  for (const guide of guides) {
    add(basename(guide, ".md"), withReference(toPage(read(guide), guide, places), reference));
  }

  if (dead.length > 0) throw new Error(`dead links:\n${dead.join("\n")}`);

  function titleOf(folder: string): string {
    return /^# (.*)$/m.exec(read(`${folder}/README.md`))?.[1] ?? folder;
  }
  const link = (name: string) => ({ text: title(pages.get(name) ?? ""), link: `/${name}` });
  const sidebar = [
    ...Object.entries(GUIDES).map(([text, its]) => ({
      text,
      items: its.map((guide) => link(basename(guide, ".md"))),
    })),
    { text: "Library", items: [link("tx0mq")] },
    { text: "Reference", link: "/api", collapsed: true, items: REFERENCE },
    { text: "Find an example", items: ["examples", "patterns", "sockets", "originals"].map(link) },
    ...Array.from(chapters, ([folder, its]) => ({
      text: titleOf(folder),
      link: `/${basename(folder)}`,
      collapsed: true,
      items: its.map(({ name }) => link(name)),
    })),
    {
      text: "The house",
      link: "/docs",
      collapsed: true,
      items: others
        .filter(({ name }) => !["tx0mq", "docs"].includes(name))
        .map(({ name }) => link(name)),
    },
  ];
  return { pages, files, sidebar };
}

/** Writes pages and files into a folder. */
export function writeSite({ pages, files }: Site, folder: string, root: string = ROOT): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of pages) writeFileSync(join(folder, `${name}.md`), text);
  for (const [place, path] of files) {
    mkdirSync(dirname(join(folder, place)), { recursive: true });
    cpSync(join(root, path), join(folder, place));
  }
}

/** What a program imports from the library. */
const IMPORTS = /^import (?:type )?\{([^}]*)\} from "tx0mq[/\w]*";$/gm;

/** Links to what programs import from the library. */
function references(sources: readonly string[], reference: ReadonlyMap<string, string>): string {
  const names = sources.flatMap((code) =>
    Array.from(code.matchAll(IMPORTS), ([, list = ""]) =>
      list.split(",").map((name) => name.trim().replace(/^type | as .*$/g, "")),
    ).flat(),
  );
  const links = [...new Set(names)].filter(Boolean).map((name) => {
    const page = reference.get(name);
    if (page === undefined) throw new Error(`the reference has no ${name}`);
    return `[${name}](./${page}.md)`;
  });
  return links.length === 0 ? "" : `In the reference: ${links.sort().join(", ")}.\n\n`;
}

function examplePage(
  workspace: ExampleWorkspace,
  places: Places,
  reference: ReadonlyMap<string, string>,
): string {
  const { name, path, folder, example } = workspace;
  const readme = toPage(
    readFileSync(join(folder, "README.md"), "utf8"),
    `${path}/README.md`,
    places,
  );
  const chapter = chapterOf(workspace);
  const facts = [
    `[${chapter}](./${basename(dirname(path))}.md)`,
    ...example.sockets.map((socket) => `[${socket}](./sockets.md#${anchor(socket)})`),
    ...example.patterns.map((id) => `[I want to ${PATTERNS[id]}](./patterns.md#${id})`),
  ];
  const main = example.programs.map((program) => `${program.name}.ts`);
  const modules = readdirSync(folder).filter((file) => isProgram(file) && !main.includes(file));
  const sources: string[] = [];
  const programs = [...main, ...modules.sort()].map((file) => {
    const code = readFileSync(join(folder, file), "utf8").trimEnd();
    sources.push(code);
    return `### ${file} {#${anchor(file)}}

\`\`\`\`ts:line-numbers
${code}
\`\`\`\`

[${file} as plain text](${places.copy(`${path}/${file}`)}){target="_blank"}
`;
  });
  const uses = (example.uses ?? []).map((other) => {
    const used = posix.join(path, other);
    return `[${basename(used)}](${places.page(used)})`;
  });
  return `${readme.replace(/^# .*$/m, (line) => `${line}\n\n<div class="facts">\n\n${facts.join(" · ")}\n\n</div>`)}
${aRun(workspace)}
## Programs

${references(sources, reference)}${programs.join("\n")}
## Take it home

\`\`\`sh
npm create tx0mq@latest my-${name} -- --example ${name}
cd my-${name} && npm install && npm start
\`\`\`

${uses.length === 0 ? "" : `It comes with ${uses.join(", ")}, whose programs it runs. `}In a clone of the repository: \`npm start -- ${name}\`.
`;
}

/** What a run of an example printed, and what went where. */
function aRun(workspace: ExampleWorkspace): string {
  const recording = recordingOf(workspace);
  if (recording === undefined) return "";
  const { start, output, interrupted } = recording;
  const drawn = drawSequence(recording);
  return `## A run {#run}

What it printed${interrupted ? ", until Ctrl-C ended it" : ""}. (It was recorded on a busy machine: its times are no measure.)

\`\`\`\`text
$ ${inAShell(start)}
${output.join("\n")}
\`\`\`\`

${
  drawn === undefined
    ? "No messages of ZeroMQ went from one socket to another."
    : `Which messages went where in that run:\n\n${figure(drawn)}`
}
`;
}

/** A command of `npm start`, for a shell: npm finds what is installed with the example, a shell does not. */
export function inAShell(command: string): string {
  return command.replace(/(?<![\w./-])(tsx|tx0mq-run) /g, "npx $1 ");
}

/** The home page: what is at the beginning of the README, the patterns, and the first program. */
function home(readme: string, examples: readonly ExampleWorkspace[]): string {
  const [, lead = ""] = /^# .*\n+([\s\S]*?)\n\n/.exec(readme) ?? [];
  const [, program = ""] = /^(## A first program\n[\s\S]*?)^## /m.exec(readme) ?? [];
  return `${front({
    layout: "home",
    title: "tx0mq",
    titleTemplate: "ZeroMQ for Node.js",
    description: lead.replaceAll("\n", " "),
    hero: {
      name: "tx0mq",
      text: "ZeroMQ for Node.js",
      tagline: lead.replaceAll("\n", " "),
      actions: [
        { theme: "brand", text: "First steps", link: "/first-steps" },
        { theme: "alt", text: "I want to …", link: "/patterns" },
        { theme: "alt", text: "All examples", link: "/examples" },
        { theme: "alt", text: "The library", link: "/tx0mq" },
      ],
    },
    features: patternsOf(examples).map(({ id, wish, its }) => ({
      title: wish.charAt(0).toUpperCase() + wish.slice(1),
      details:
        its
          .map(({ name }) => name)
          .slice(0, 3)
          .join(", ") + (its.length > 3 ? "\u00a0…" : ""),
      link: `/patterns#${id}`,
    })),
  })}
${program}`;
}

/** A page's head; JSON is YAML too. */
function front(data: object): string {
  return `---\n${JSON.stringify(data)}\n---\n\n`;
}

function title(text: string): string {
  return /^# (.*)$/m.exec(text)?.[1]?.replaceAll("`", "") ?? "";
}

function isProgram(file: string): boolean {
  return /(?<!\.test)\.ts$/.test(file);
}

export function anchor(text: string): string {
  return text.toLowerCase().replaceAll(".", "-");
}
