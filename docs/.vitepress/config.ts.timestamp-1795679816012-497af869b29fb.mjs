// .vitepress/config.ts
import { fileURLToPath as fileURLToPath2 } from "node:url";
import { defineConfig } from "file:///work/h/zmtp/node_modules/vitepress/dist/node/index.js";

// src/anywhere.ts
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { parseAst } from "file:///work/h/zmtp/node_modules/rollup/dist/es/parseAst.js";
var BASE = "/somewhere-or-other/";
var HERE = "window.__HERE__";
var HERE_SCRIPT = `${HERE}=location.pathname.replace(/[^/]*$/,"")`;
function moveAnywhere(folder) {
  for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    const rewrite = REWRITES[extname(file)];
    if (rewrite === void 0) continue;
    const text = readFileSync(join(folder, file), "utf8");
    if (text.includes(BASE)) writeFileSync(join(folder, file), rewrite(text));
  }
}
var REWRITES = {
  ".css": (text) => text.replaceAll(`${BASE}assets/`, "./"),
  ".js": fromHere,
  ".html": (text) => text.replace(
    /(<script[^>]*>)([^<]*)(<\/script>)/g,
    (_, start, code, end) => start.replaceAll(BASE, "./") + fromHere(code) + end
  ).replaceAll(BASE, "./")
};
function fromHere(code) {
  if (!code.includes(BASE)) return code;
  const places = [];
  const visit = (node) => {
    if (typeof node !== "object" || node === null) return;
    const { type, start, end } = node;
    const text = type === "Literal" || type === "TemplateLiteral";
    if (text && start !== void 0 && end !== void 0) {
      if (code.slice(start, end).includes(BASE)) places.push([start, end]);
    } else for (const child of Object.values(node)) visit(child);
  };
  visit(parseAst(code));
  return places.reduceRight(
    (all, [start, end]) => `${all.slice(0, start)}(${all.slice(start, end)}).replaceAll(${JSON.stringify(BASE).replace("/", "\\u002f")},${HERE})${all.slice(end)}`,
    code
  );
}

// src/site.ts
import {
  cpSync,
  existsSync as existsSync2,
  mkdirSync,
  readdirSync as readdirSync3,
  readFileSync as readFileSync3,
  rmSync,
  writeFileSync as writeFileSync2
} from "node:fs";
import { basename as basename3, dirname, join as join4, posix as posix2 } from "node:path";

// ../scripts/workspaces.ts
import { existsSync, readdirSync as readdirSync2, readFileSync as readFileSync2 } from "node:fs";
import { basename, join as join2, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
var __vite_injected_original_import_meta_url = "file:///work/h/zmtp/scripts/workspaces.ts";
var ROOT = fileURLToPath(new URL("..", __vite_injected_original_import_meta_url));
function readWorkspaces(root = ROOT) {
  const globs = readManifest(root).workspaces ?? [];
  return globs.flatMap((glob) => expand(root, glob.split("/"))).filter((folder) => existsSync(join2(folder, "package.json"))).map((folder) => {
    const { name, description = "", scripts = {}, example } = readManifest(folder);
    const path = relative(root, folder).split(sep).join("/");
    const packageName = name;
    return { name: basename(folder), path, folder, packageName, description, scripts, example };
  });
}
function readExamples(root = ROOT) {
  return readWorkspaces(root).filter(isExample).sort(byPlace);
}
function chapterOf({ example }) {
  return example.guide ?? "pyzmq";
}
function isExample(workspace) {
  return workspace.example !== void 0;
}
function byPlace(a, b) {
  return chapterOf(a).localeCompare(chapterOf(b), "en", { numeric: true }) || a.example.order - b.example.order || a.name.localeCompare(b.name, "en", { numeric: true });
}
function expand(folder, [first, ...rest]) {
  if (first === void 0) return [folder];
  if (first !== "*") return expand(join2(folder, first), rest);
  if (!existsSync(folder)) return [];
  return readdirSync2(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory() && entry.name !== "node_modules").sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: true })).flatMap((entry) => expand(join2(folder, entry.name), rest));
}
function readManifest(folder) {
  const file = join2(folder, "package.json");
  try {
    return JSON.parse(readFileSync2(file, "utf8"));
  } catch (cause) {
    throw new Error(`cannot read ${file}`, { cause });
  }
}

// src/indexes.ts
import { basename as basename2 } from "node:path";

// src/patterns.ts
var PATTERNS = {
  ask: "ask, and wait for the answer",
  publish: "tell many at once",
  distribute: "distribute work",
  broker: "put a broker in the middle",
  asynchronous: "have many requests in flight",
  address: "talk to one peer of many",
  reliable: "survive a dead server",
  state: "share state",
  discover: "find each other",
  transfer: "move large data",
  flow: "cope with slow readers",
  several: "read from several sockets",
  threads: "use threads",
  lifecycle: "start and stop in order",
  watch: "see what happens",
  secure: "keep others out",
  measure: "measure"
};

// src/indexes.ts
function examplesByChapter(chapters, titleOf) {
  const sections = Array.from(
    chapters,
    ([folder, its]) => `## [${titleOf(folder)}](./${basename2(folder)}.md) {#${basename2(folder)}}

${list(its)}`
  );
  return page(
    "All examples",
    "In the order of the guide; those after pyzmq's come last.",
    sections
  );
}
function sockets(examples) {
  const types = new Set(examples.flatMap(({ example }) => example.sockets));
  const sections = Array.from(
    types,
    (type) => `## ${type} {#${type.toLowerCase()}}

${list(examples.filter(({ example }) => example.sockets.includes(type)))}`
  );
  return page("By socket", "Which examples use a type of socket.", sections);
}
function patternsOf(examples) {
  return Object.entries(PATTERNS).map(([id, wish]) => ({
    id,
    wish,
    its: examples.filter(({ example }) => example.patterns?.includes(id))
  })).filter(({ its }) => its.length > 0);
}
function patterns(examples) {
  const sections = patternsOf(examples).map(
    ({ id, wish, its }) => `## \u2026 ${wish} {#${id}}

${list(its)}`
  );
  const rest = examples.filter(({ example }) => (example.patterns ?? []).length === 0);
  if (rest.length > 0) sections.push(`## \u2026 see something else {#else}

${list(rest)}`);
  return page("I want to \u2026", "What the examples are good for, the simplest first.", sections);
}
function originals(examples) {
  const guide = examples.filter(({ example }) => example.guide !== void 0);
  const others = examples.filter(({ example }) => example.guide === void 0);
  const programs = guide.flatMap((workspace) => workspace.example.programs.map(({ name }) => ({ name, workspace }))).sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: true })).map(
    ({ name, workspace }) => `| [\`${name}\`](./${workspace.name}.md#${name}-ts) | ${link(workspace)} | ${chapterOf(workspace)} |`
  );
  const files = others.map(
    (workspace) => `| \`${workspace.example.origin}\` | ${link(workspace)} |`
  );
  return page("By the original's name", "You know it from Python or C, and want to see it here.", [
    `## The guide's programs {#guide}

They have the guide's names: \`hwserver\` is its \`hwserver.py\` and \`hwserver.c\`. A dash stands for an underscore.

| program | example | chapter |
| --- | --- | --- |
${programs.join("\n")}`,
    `## Others {#pyzmq}

| original | example |
| --- | --- |
${files.join("\n")}`
  ]);
}
function page(title2, lead, sections) {
  return `# ${title2}

${lead}

${sections.join("\n\n")}
`;
}
function list(examples) {
  return examples.map((workspace) => `- ${link(workspace)}: ${lower(workspace.description)}`).join("\n");
}
function link({ name }) {
  return `[${name}](./${name}.md)`;
}
function lower(text) {
  return text.replaceAll("<", "&lt;");
}

// src/markdown.ts
import { statSync } from "node:fs";
import { join as join3, posix } from "node:path";

// src/diagram.ts
import { renderMermaidSVG } from "file:///work/h/zmtp/node_modules/beautiful-mermaid/dist/index.js";
var NODE = /\b([\w-]+)((?:\[\[|\(\[|\[\(|\(\(|\{\{|\[|\(|\{)(?:"[^"]*"|[^"[\](){}]*)[\])}]{1,2})/g;
var QUOTED = /"[^"]*"/;
var STAR = "\uE000";
var PAGE = 688;
function draw(source) {
  const wide = render(source);
  const high = wide.width > PAGE ? render(source.replace("flowchart LR", "flowchart TB")) : wide;
  const { svg, width, height } = high.width < wide.width ? high : wide;
  const texts = Array.from(
    svg.matchAll(/<text[^>]*>(.*?)<\/text>/gs),
    ([, text = ""]) => text.replace(/<[^>]*>/g, " ").replace(/\s+/g, " ").trim()
  );
  const label = `Diagram: ${texts.join("; ")}`.replaceAll('"', "&quot;");
  return svg.replace(/<style>.*?<\/style>/s, "").replace(
    /<svg [^>]*>/,
    `<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" style="min-width:${Math.min(width, 500)}px" role="img" aria-label="${label}">`
  ).replaceAll(STAR, "*").replace(/\s*\n\s*/g, " ");
}
function render(source) {
  const svg = renderMermaidSVG(normalize(source).replaceAll("*", STAR), {
    padding: 8,
    layerSpacing: 28
  });
  const [width = 0, height = 0] = /width="([\d.]+)" height="([\d.]+)"/.exec(svg)?.slice(1).map((size) => Math.ceil(Number(size))) ?? [];
  return { svg, width, height };
}
function normalize(source) {
  const lines = source.trim().split("\n");
  const [kind = ""] = lines;
  if (!kind.startsWith("flowchart")) return source;
  const texts = new Map(Array.from(source.matchAll(NODE), ([node, id = ""]) => [id, node]));
  const inside = [];
  const outside = [];
  let depth = 0;
  for (const line of lines.slice(1)) {
    const opens = /^\s*subgraph\b/.test(line);
    if (opens) depth++;
    (depth > 0 ? inside : outside).push(opens ? line : withTexts(line, texts));
    if (/^\s*end\s*$/.test(line)) depth--;
  }
  return [kind, ...inside, ...outside].join("\n");
}
function withTexts(line, texts) {
  if (/^\s*(end|direction|style|class|classDef|linkStyle)\b/.test(line)) return line;
  const kept = [];
  const keep = (text) => `\uE001${kept.push(text) - 1}\uE002`;
  return line.replace(NODE, keep).replace(new RegExp(QUOTED, "g"), keep).replace(/\|[^|]*\||(?<=[-=.] )[^-=.|>\uE001]+(?= [-=.])/g, keep).replace(/(?<![\w\uE001-])[a-zA-Z][\w]*/g, (id) => texts.get(id) ?? id).replace(/\uE001(\d+)\uE002/g, (_, i) => kept[i] ?? "");
}

// src/markdown.ts
function toPage(text, path, places) {
  const parts = text.split(/^(```[\s\S]*?^```)$/m);
  return parts.map((part, i) => i % 2 === 0 ? relink(part, path, places) : block(part, path)).join("");
}
function block(text, path) {
  const [, source] = /^```mermaid\n([\s\S]*)^```$/m.exec(text) ?? [];
  if (source === void 0) return text;
  try {
    return `<figure class="diagram" tabindex="0" v-pre>${draw(source)}</figure>`;
  } catch (cause) {
    throw new Error(`${path}: cannot draw a diagram`, { cause });
  }
}
function relink(text, path, places) {
  return text.replace(/\]\(([^)\s]+)\)/g, (_, link2) => `](${target(link2, path, places)})`);
}
function target(link2, path, places) {
  if (/^(https?:|mailto:|#)/.test(link2)) return link2;
  const [file = "", hash] = link2.split("#");
  const other = posix.join(posix.dirname(path), file).replace(/\/$/, "");
  const page2 = places.page(other);
  if (page2 !== void 0) return hash === void 0 ? page2 : `${page2.replace(/#.*/, "")}#${hash}`;
  if (statSync(join3(places.root, other), { throwIfNoEntry: false })?.isFile())
    return places.copy(other);
  places.dead(`${path}: ${link2}`);
  return link2;
}

// src/site.ts
var GUIDES = ["docs/architecture.md", "docs/performance.md"];
function makeSite(root = ROOT) {
  const examples = readExamples(root);
  const others = readWorkspaces(root).filter(({ example }) => example === void 0);
  const chapters = /* @__PURE__ */ new Map();
  for (const example of examples) {
    const folder = posix2.dirname(example.path);
    chapters.set(folder, [...chapters.get(folder) ?? [], example]);
  }
  const pages = /* @__PURE__ */ new Map();
  const files = /* @__PURE__ */ new Map();
  const dead = [];
  const names = new Map(
    [...examples, ...others].map(({ path, name }) => [path, `./${name}.md`])
  );
  for (const folder of chapters.keys()) names.set(folder, `./${basename3(folder)}.md`);
  for (const guide of GUIDES) names.set(guide, `./${basename3(guide)}`);
  names.set("examples", "./examples.md").set("README.md", "./index.md");
  const places = {
    root,
    dead: (link3) => dead.push(link3),
    page(path) {
      const own = names.get(path) ?? names.get(path.replace(/\/README\.md$/, ""));
      if (own !== void 0) return own;
      const example = names.get(posix2.dirname(path));
      if (example === void 0 || !isProgram(basename3(path))) return void 0;
      return existsSync2(join4(root, path)) ? `${example}#${anchor(basename3(path))}` : void 0;
    },
    copy(path) {
      const image = /\.(svg|png)$/.test(path);
      const place = image ? basename3(path) : `public/source/${path}.txt`;
      files.set(place, path);
      return image ? `./${place}` : `./source/${path}.txt`;
    }
  };
  const read = (path) => readFileSync3(join4(root, path), "utf8");
  const add = (name, text, description = "") => {
    if (pages.has(name)) throw new Error(`two pages are named ${name}`);
    pages.set(name, description === "" ? text : `${front({ description })}${text}`);
  };
  add("index", home(toPage(read("README.md"), "README.md", places), examples));
  add("examples", examplesByChapter(chapters, titleOf));
  add("sockets", sockets(examples));
  add("patterns", patterns(examples));
  add("originals", originals(examples));
  for (const folder of chapters.keys()) {
    add(basename3(folder), toPage(read(`${folder}/README.md`), `${folder}/README.md`, places));
  }
  for (const example of examples) {
    add(example.name, examplePage(example, places), example.description);
  }
  for (const { name, path, description } of others) {
    add(name, toPage(read(`${path}/README.md`), `${path}/README.md`, places), description);
  }
  for (const guide of GUIDES) add(basename3(guide, ".md"), toPage(read(guide), guide, places));
  if (dead.length > 0) throw new Error(`dead links:
${dead.join("\n")}`);
  function titleOf(folder) {
    return /^# (.*)$/m.exec(read(`${folder}/README.md`))?.[1] ?? folder;
  }
  const link2 = (name) => ({ text: title(pages.get(name) ?? ""), link: `/${name}` });
  const sidebar = [
    {
      text: "Library",
      items: ["tx0mq", ...GUIDES.map((guide) => basename3(guide, ".md"))].map(link2)
    },
    { text: "Find an example", items: ["examples", "patterns", "sockets", "originals"].map(link2) },
    ...Array.from(chapters, ([folder, its]) => ({
      text: titleOf(folder),
      link: `/${basename3(folder)}`,
      collapsed: true,
      items: its.map(({ name }) => link2(name))
    })),
    {
      text: "The house",
      link: "/docs",
      collapsed: true,
      items: others.filter(({ name }) => !["tx0mq", "docs"].includes(name)).map(({ name }) => link2(name))
    }
  ];
  return { pages, files, sidebar };
}
function writeSite({ pages, files }, folder, root = ROOT) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of pages) writeFileSync2(join4(folder, `${name}.md`), text);
  for (const [place, path] of files) {
    mkdirSync(dirname(join4(folder, place)), { recursive: true });
    cpSync(join4(root, path), join4(folder, place));
  }
}
function examplePage(workspace, places) {
  const { name, path, folder, example } = workspace;
  const readme = toPage(
    readFileSync3(join4(folder, "README.md"), "utf8"),
    `${path}/README.md`,
    places
  );
  const chapter = chapterOf(workspace);
  const facts = [
    `[${chapter}](./${basename3(dirname(path))}.md)`,
    ...example.sockets.map((socket) => `[${socket}](./sockets.md#${anchor(socket)})`),
    ...(example.patterns ?? []).map((id) => `[I want to ${PATTERNS[id]}](./patterns.md#${id})`)
  ];
  const main = example.programs.map((program) => `${program.name}.ts`);
  const modules = readdirSync3(folder).filter((file) => isProgram(file) && !main.includes(file));
  const programs = [...main, ...modules.sort()].map((file) => {
    const code = readFileSync3(join4(folder, file), "utf8").trimEnd();
    return `### ${file} {#${anchor(file)}}

\`\`\`\`ts:line-numbers
${code}
\`\`\`\`

[${file} as plain text](${places.copy(`${path}/${file}`)}){target="_blank"}
`;
  });
  const uses = (example.uses ?? []).map((other) => {
    const used = posix2.join(path, other);
    return `[${basename3(used)}](${places.page(used)})`;
  });
  return `${readme.replace(/^# .*$/m, (line) => `${line}

<div class="facts">

${facts.join(" \xB7 ")}

</div>`)}
## Programs

${programs.join("\n")}
## Take it home

\`\`\`sh
npm create tx0mq@latest my-${name} -- --example ${name}
cd my-${name} && npm install && npm start
\`\`\`

${uses.length === 0 ? "" : `It comes with ${uses.join(", ")}, whose programs it runs. `}In a clone of the repository: \`npm start -- ${name}\`.
`;
}
function home(readme, examples) {
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
        { theme: "brand", text: "I want to \u2026", link: "/patterns" },
        { theme: "alt", text: "All examples", link: "/examples" },
        { theme: "alt", text: "The library", link: "/tx0mq" }
      ]
    },
    features: patternsOf(examples).map(({ id, wish, its }) => ({
      title: wish.charAt(0).toUpperCase() + wish.slice(1),
      details: its.map(({ name }) => name).slice(0, 3).join(", ") + (its.length > 3 ? " \u2026" : ""),
      link: `/patterns#${id}`
    }))
  })}
${program}`;
}
function front(data) {
  return `---
${JSON.stringify(data)}
---

`;
}
function title(text) {
  return /^# (.*)$/m.exec(text)?.[1]?.replaceAll("`", "") ?? "";
}
function isProgram(file) {
  return /(?<!\.test)\.ts$/.test(file);
}
function anchor(text) {
  return text.toLowerCase().replaceAll(".", "-");
}

// .vitepress/config.ts
var __vite_injected_original_import_meta_url2 = "file:///work/h/zmtp/docs/.vitepress/config.ts";
var ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" fill="none" stroke="#b3241d" stroke-width="5"><circle cx="16" cy="16" r="10"/><path d="M7 27 25 5"/></svg>`;
var site = makeSite();
writeSite(site, fileURLToPath2(new URL("../pages", __vite_injected_original_import_meta_url2)));
var config_default = defineConfig({
  title: "tx0mq",
  description: "ZeroMQ sockets as citizens of Node's event loop, and the guide's examples",
  lang: "en",
  srcDir: "pages",
  outDir: "dist",
  base: process.env.NODE_ENV === "production" ? BASE : "/",
  head: [
    ["script", {}, HERE_SCRIPT],
    ["link", { rel: "icon", href: `data:image/svg+xml,${encodeURIComponent(ICON)}` }]
  ],
  themeConfig: {
    nav: [
      { text: "I want to \u2026", link: "/patterns" },
      { text: "Examples", link: "/examples" },
      { text: "Library", link: "/tx0mq" }
    ],
    sidebar: site.sidebar,
    outline: [2, 3],
    search: { provider: "local" }
  },
  markdown: {
    theme: { light: "github-light-high-contrast", dark: "github-dark-high-contrast" }
  },
  buildEnd: ({ outDir }) => moveAnywhere(outDir)
});
export {
  config_default as default
};
//# sourceMappingURL=data:application/json;base64,ewogICJ2ZXJzaW9uIjogMywKICAic291cmNlcyI6IFsiLnZpdGVwcmVzcy9jb25maWcudHMiLCAic3JjL2FueXdoZXJlLnRzIiwgInNyYy9zaXRlLnRzIiwgIi4uL3NjcmlwdHMvd29ya3NwYWNlcy50cyIsICJzcmMvaW5kZXhlcy50cyIsICJzcmMvcGF0dGVybnMudHMiLCAic3JjL21hcmtkb3duLnRzIiwgInNyYy9kaWFncmFtLnRzIl0sCiAgInNvdXJjZXNDb250ZW50IjogWyJjb25zdCBfX3ZpdGVfaW5qZWN0ZWRfb3JpZ2luYWxfZGlybmFtZSA9IFwiL3dvcmsvaC96bXRwL2RvY3MvLnZpdGVwcmVzc1wiO2NvbnN0IF9fdml0ZV9pbmplY3RlZF9vcmlnaW5hbF9maWxlbmFtZSA9IFwiL3dvcmsvaC96bXRwL2RvY3MvLnZpdGVwcmVzcy9jb25maWcudHNcIjtjb25zdCBfX3ZpdGVfaW5qZWN0ZWRfb3JpZ2luYWxfaW1wb3J0X21ldGFfdXJsID0gXCJmaWxlOi8vL3dvcmsvaC96bXRwL2RvY3MvLnZpdGVwcmVzcy9jb25maWcudHNcIjtpbXBvcnQgeyBmaWxlVVJMVG9QYXRoIH0gZnJvbSBcIm5vZGU6dXJsXCI7XG5pbXBvcnQgeyBkZWZpbmVDb25maWcgfSBmcm9tIFwidml0ZXByZXNzXCI7XG5pbXBvcnQgeyBCQVNFLCBIRVJFX1NDUklQVCwgbW92ZUFueXdoZXJlIH0gZnJvbSBcIi4uL3NyYy9hbnl3aGVyZS50c1wiO1xuaW1wb3J0IHsgbWFrZVNpdGUsIHdyaXRlU2l0ZSB9IGZyb20gXCIuLi9zcmMvc2l0ZS50c1wiO1xuXG5jb25zdCBJQ09OID0gYDxzdmcgeG1sbnM9XCJodHRwOi8vd3d3LnczLm9yZy8yMDAwL3N2Z1wiIHZpZXdCb3g9XCIwIDAgMzIgMzJcIiBmaWxsPVwibm9uZVwiIHN0cm9rZT1cIiNiMzI0MWRcIiBzdHJva2Utd2lkdGg9XCI1XCI+PGNpcmNsZSBjeD1cIjE2XCIgY3k9XCIxNlwiIHI9XCIxMFwiLz48cGF0aCBkPVwiTTcgMjcgMjUgNVwiLz48L3N2Zz5gO1xuXG5jb25zdCBzaXRlID0gbWFrZVNpdGUoKTtcbndyaXRlU2l0ZShzaXRlLCBmaWxlVVJMVG9QYXRoKG5ldyBVUkwoXCIuLi9wYWdlc1wiLCBpbXBvcnQubWV0YS51cmwpKSk7XG5cbmV4cG9ydCBkZWZhdWx0IGRlZmluZUNvbmZpZyh7XG4gIHRpdGxlOiBcInR4MG1xXCIsXG4gIGRlc2NyaXB0aW9uOiBcIlplcm9NUSBzb2NrZXRzIGFzIGNpdGl6ZW5zIG9mIE5vZGUncyBldmVudCBsb29wLCBhbmQgdGhlIGd1aWRlJ3MgZXhhbXBsZXNcIixcbiAgbGFuZzogXCJlblwiLFxuICBzcmNEaXI6IFwicGFnZXNcIixcbiAgb3V0RGlyOiBcImRpc3RcIixcbiAgYmFzZTogcHJvY2Vzcy5lbnYuTk9ERV9FTlYgPT09IFwicHJvZHVjdGlvblwiID8gQkFTRSA6IFwiL1wiLFxuICBoZWFkOiBbXG4gICAgW1wic2NyaXB0XCIsIHt9LCBIRVJFX1NDUklQVF0sXG4gICAgW1wibGlua1wiLCB7IHJlbDogXCJpY29uXCIsIGhyZWY6IGBkYXRhOmltYWdlL3N2Zyt4bWwsJHtlbmNvZGVVUklDb21wb25lbnQoSUNPTil9YCB9XSxcbiAgXSxcbiAgdGhlbWVDb25maWc6IHtcbiAgICBuYXY6IFtcbiAgICAgIHsgdGV4dDogXCJJIHdhbnQgdG8gXHUyMDI2XCIsIGxpbms6IFwiL3BhdHRlcm5zXCIgfSxcbiAgICAgIHsgdGV4dDogXCJFeGFtcGxlc1wiLCBsaW5rOiBcIi9leGFtcGxlc1wiIH0sXG4gICAgICB7IHRleHQ6IFwiTGlicmFyeVwiLCBsaW5rOiBcIi90eDBtcVwiIH0sXG4gICAgXSxcbiAgICBzaWRlYmFyOiBzaXRlLnNpZGViYXIsXG4gICAgb3V0bGluZTogWzIsIDNdLFxuICAgIHNlYXJjaDogeyBwcm92aWRlcjogXCJsb2NhbFwiIH0sXG4gIH0sXG4gIG1hcmtkb3duOiB7XG4gICAgdGhlbWU6IHsgbGlnaHQ6IFwiZ2l0aHViLWxpZ2h0LWhpZ2gtY29udHJhc3RcIiwgZGFyazogXCJnaXRodWItZGFyay1oaWdoLWNvbnRyYXN0XCIgfSxcbiAgfSxcbiAgYnVpbGRFbmQ6ICh7IG91dERpciB9KSA9PiBtb3ZlQW55d2hlcmUob3V0RGlyKSxcbn0pO1xuIiwgImNvbnN0IF9fdml0ZV9pbmplY3RlZF9vcmlnaW5hbF9kaXJuYW1lID0gXCIvd29yay9oL3ptdHAvZG9jcy9zcmNcIjtjb25zdCBfX3ZpdGVfaW5qZWN0ZWRfb3JpZ2luYWxfZmlsZW5hbWUgPSBcIi93b3JrL2gvem10cC9kb2NzL3NyYy9hbnl3aGVyZS50c1wiO2NvbnN0IF9fdml0ZV9pbmplY3RlZF9vcmlnaW5hbF9pbXBvcnRfbWV0YV91cmwgPSBcImZpbGU6Ly8vd29yay9oL3ptdHAvZG9jcy9zcmMvYW55d2hlcmUudHNcIjtpbXBvcnQgeyByZWFkZGlyU3luYywgcmVhZEZpbGVTeW5jLCB3cml0ZUZpbGVTeW5jIH0gZnJvbSBcIm5vZGU6ZnNcIjtcbmltcG9ydCB7IGV4dG5hbWUsIGpvaW4gfSBmcm9tIFwibm9kZTpwYXRoXCI7XG5pbXBvcnQgeyBwYXJzZUFzdCB9IGZyb20gXCJyb2xsdXAvcGFyc2VBc3RcIjtcblxuLyoqIFdoZXJlIFZpdGVQcmVzcyBiZWxpZXZlcyB0aGUgc2l0ZSB0byBiZS4gTm90aGluZyBlbHNlIG9uIGl0IGhhcyB0aGlzIG5hbWUuICovXG5leHBvcnQgY29uc3QgQkFTRSA9IFwiL3NvbWV3aGVyZS1vci1vdGhlci9cIjtcbi8qKiBXaGF0IHRoZSBzY3JpcHRzIHRha2UgaW5zdGVhZDogdGhlIGZvbGRlciBvZiB0aGUgcGFnZSB0aGF0IGhhcyBiZWVuIGxvYWRlZC4gKi9cbmNvbnN0IEhFUkUgPSBcIndpbmRvdy5fX0hFUkVfX1wiO1xuZXhwb3J0IGNvbnN0IEhFUkVfU0NSSVBUID0gYCR7SEVSRX09bG9jYXRpb24ucGF0aG5hbWUucmVwbGFjZSgvW14vXSokLyxcIlwiKWA7XG5cbi8qKlxuICogTWFrZXMgYSBidWlsdCBzaXRlIHdvcmsgZnJvbSBhbnkgZm9sZGVyLiBWaXRlUHJlc3Mgd2FudHMgdG8ga25vdyB0aGUgZm9sZGVyIHdoZW4gaXQgYnVpbGRzOyBidXQgYWxsXG4gKiBwYWdlcyBsaWUgaW4gb25lIGZvbGRlciwgc28gdGhhdCB3aGF0IHRoZXkgbmFtZSBjYW4gYmUgbmFtZWQgZnJvbSB0aGVyZS5cbiAqL1xuZXhwb3J0IGZ1bmN0aW9uIG1vdmVBbnl3aGVyZShmb2xkZXI6IHN0cmluZyk6IHZvaWQge1xuICBmb3IgKGNvbnN0IGZpbGUgb2YgcmVhZGRpclN5bmMoZm9sZGVyLCB7IHJlY3Vyc2l2ZTogdHJ1ZSwgZW5jb2Rpbmc6IFwidXRmOFwiIH0pKSB7XG4gICAgY29uc3QgcmV3cml0ZSA9IFJFV1JJVEVTW2V4dG5hbWUoZmlsZSldO1xuICAgIGlmIChyZXdyaXRlID09PSB1bmRlZmluZWQpIGNvbnRpbnVlO1xuICAgIGNvbnN0IHRleHQgPSByZWFkRmlsZVN5bmMoam9pbihmb2xkZXIsIGZpbGUpLCBcInV0ZjhcIik7XG4gICAgaWYgKHRleHQuaW5jbHVkZXMoQkFTRSkpIHdyaXRlRmlsZVN5bmMoam9pbihmb2xkZXIsIGZpbGUpLCByZXdyaXRlKHRleHQpKTtcbiAgfVxufVxuXG5jb25zdCBSRVdSSVRFUzogUmVhZG9ubHk8UmVjb3JkPHN0cmluZywgKHRleHQ6IHN0cmluZykgPT4gc3RyaW5nPj4gPSB7XG4gIFwiLmNzc1wiOiAodGV4dCkgPT4gdGV4dC5yZXBsYWNlQWxsKGAke0JBU0V9YXNzZXRzL2AsIFwiLi9cIiksXG4gIFwiLmpzXCI6IGZyb21IZXJlLFxuICBcIi5odG1sXCI6ICh0ZXh0KSA9PlxuICAgIHRleHRcbiAgICAgIC5yZXBsYWNlKFxuICAgICAgICAvKDxzY3JpcHRbXj5dKj4pKFtePF0qKSg8XFwvc2NyaXB0PikvZyxcbiAgICAgICAgKF8sIHN0YXJ0LCBjb2RlLCBlbmQpID0+IHN0YXJ0LnJlcGxhY2VBbGwoQkFTRSwgXCIuL1wiKSArIGZyb21IZXJlKGNvZGUpICsgZW5kLFxuICAgICAgKVxuICAgICAgLnJlcGxhY2VBbGwoQkFTRSwgXCIuL1wiKSxcbn07XG5cbi8qKiBMZXRzIGVhY2ggc3RyaW5nIG9mIGEgc2NyaXB0IHRoYXQgaGFzIHRoZSBiYXNlIGluIGl0IGJlIG1hZGUgd2hlbiB0aGUgc2NyaXB0IHJ1bnMuICovXG5leHBvcnQgZnVuY3Rpb24gZnJvbUhlcmUoY29kZTogc3RyaW5nKTogc3RyaW5nIHtcbiAgaWYgKCFjb2RlLmluY2x1ZGVzKEJBU0UpKSByZXR1cm4gY29kZTtcbiAgY29uc3QgcGxhY2VzOiBbbnVtYmVyLCBudW1iZXJdW10gPSBbXTtcbiAgY29uc3QgdmlzaXQgPSAobm9kZTogdW5rbm93bik6IHZvaWQgPT4ge1xuICAgIGlmICh0eXBlb2Ygbm9kZSAhPT0gXCJvYmplY3RcIiB8fCBub2RlID09PSBudWxsKSByZXR1cm47XG4gICAgY29uc3QgeyB0eXBlLCBzdGFydCwgZW5kIH0gPSBub2RlIGFzIHsgdHlwZT86IHN0cmluZzsgc3RhcnQ/OiBudW1iZXI7IGVuZD86IG51bWJlciB9O1xuICAgIGNvbnN0IHRleHQgPSB0eXBlID09PSBcIkxpdGVyYWxcIiB8fCB0eXBlID09PSBcIlRlbXBsYXRlTGl0ZXJhbFwiO1xuICAgIGlmICh0ZXh0ICYmIHN0YXJ0ICE9PSB1bmRlZmluZWQgJiYgZW5kICE9PSB1bmRlZmluZWQpIHtcbiAgICAgIGlmIChjb2RlLnNsaWNlKHN0YXJ0LCBlbmQpLmluY2x1ZGVzKEJBU0UpKSBwbGFjZXMucHVzaChbc3RhcnQsIGVuZF0pO1xuICAgIH0gZWxzZSBmb3IgKGNvbnN0IGNoaWxkIG9mIE9iamVjdC52YWx1ZXMobm9kZSkpIHZpc2l0KGNoaWxkKTtcbiAgfTtcbiAgdmlzaXQocGFyc2VBc3QoY29kZSkpO1xuICByZXR1cm4gcGxhY2VzLnJlZHVjZVJpZ2h0KFxuICAgIChhbGwsIFtzdGFydCwgZW5kXSkgPT5cbiAgICAgIGAke2FsbC5zbGljZSgwLCBzdGFydCl9KCR7YWxsLnNsaWNlKHN0YXJ0LCBlbmQpfSkucmVwbGFjZUFsbCgke0pTT04uc3RyaW5naWZ5KEJBU0UpLnJlcGxhY2UoXCIvXCIsIFwiXFxcXHUwMDJmXCIpfSwke0hFUkV9KSR7YWxsLnNsaWNlKGVuZCl9YCxcbiAgICBjb2RlLFxuICApO1xufVxuIiwgImNvbnN0IF9fdml0ZV9pbmplY3RlZF9vcmlnaW5hbF9kaXJuYW1lID0gXCIvd29yay9oL3ptdHAvZG9jcy9zcmNcIjtjb25zdCBfX3ZpdGVfaW5qZWN0ZWRfb3JpZ2luYWxfZmlsZW5hbWUgPSBcIi93b3JrL2gvem10cC9kb2NzL3NyYy9zaXRlLnRzXCI7Y29uc3QgX192aXRlX2luamVjdGVkX29yaWdpbmFsX2ltcG9ydF9tZXRhX3VybCA9IFwiZmlsZTovLy93b3JrL2gvem10cC9kb2NzL3NyYy9zaXRlLnRzXCI7aW1wb3J0IHtcbiAgY3BTeW5jLFxuICBleGlzdHNTeW5jLFxuICBta2RpclN5bmMsXG4gIHJlYWRkaXJTeW5jLFxuICByZWFkRmlsZVN5bmMsXG4gIHJtU3luYyxcbiAgd3JpdGVGaWxlU3luYyxcbn0gZnJvbSBcIm5vZGU6ZnNcIjtcbmltcG9ydCB7IGJhc2VuYW1lLCBkaXJuYW1lLCBqb2luLCBwb3NpeCB9IGZyb20gXCJub2RlOnBhdGhcIjtcbmltcG9ydCB0eXBlIHsgRGVmYXVsdFRoZW1lIH0gZnJvbSBcInZpdGVwcmVzc1wiO1xuaW1wb3J0IHtcbiAgY2hhcHRlck9mLFxuICB0eXBlIEV4YW1wbGVXb3Jrc3BhY2UsXG4gIFJPT1QsXG4gIHJlYWRFeGFtcGxlcyxcbiAgcmVhZFdvcmtzcGFjZXMsXG59IGZyb20gXCIuLi8uLi9zY3JpcHRzL3dvcmtzcGFjZXMudHNcIjtcbmltcG9ydCB7IGV4YW1wbGVzQnlDaGFwdGVyLCBvcmlnaW5hbHMsIHBhdHRlcm5zLCBwYXR0ZXJuc09mLCBzb2NrZXRzIH0gZnJvbSBcIi4vaW5kZXhlcy50c1wiO1xuaW1wb3J0IHsgdHlwZSBQbGFjZXMsIHRvUGFnZSB9IGZyb20gXCIuL21hcmtkb3duLnRzXCI7XG5pbXBvcnQgeyBQQVRURVJOUyB9IGZyb20gXCIuL3BhdHRlcm5zLnRzXCI7XG5cbi8qKiBUaGUgZ3VpZGVzIHRoYXQgYXJlIHdyaXR0ZW4gZm9yIHRoZSBzaXRlLCBiZXNpZGUgdGhlIFJFQURNRXMuICovXG5jb25zdCBHVUlERVMgPSBbXCJkb2NzL2FyY2hpdGVjdHVyZS5tZFwiLCBcImRvY3MvcGVyZm9ybWFuY2UubWRcIl07XG5cbmV4cG9ydCBpbnRlcmZhY2UgU2l0ZSB7XG4gIC8qKiBUaGUgcGFnZXMnIHRleHQsIGJ5IG5hbWUuIFRoZXkgbGllIGluIG9uZSBmb2xkZXIsIHNvIHRoYXQgbGlua3MgYXJlIHRoZSBzYW1lIGZyb20gYWxsLiAqL1xuICByZWFkb25seSBwYWdlczogUmVhZG9ubHlNYXA8c3RyaW5nLCBzdHJpbmc+O1xuICAvKiogRmlsZXMgdGhhdCBwYWdlcyBzaG93IG9yIGxpbmsgdG86IHdoZXJlIHRoZXkgYXJlIG9uIHRoZSBzaXRlLCBhbmQgaW4gdGhlIHJlcG9zaXRvcnkuICovXG4gIHJlYWRvbmx5IGZpbGVzOiBSZWFkb25seU1hcDxzdHJpbmcsIHN0cmluZz47XG4gIHJlYWRvbmx5IHNpZGViYXI6IERlZmF1bHRUaGVtZS5TaWRlYmFySXRlbVtdO1xufVxuXG4vKiogTWFrZXMgYWxsIHBhZ2VzIGZyb20gdGhlIHdvcmtzcGFjZXMuICovXG5leHBvcnQgZnVuY3Rpb24gbWFrZVNpdGUocm9vdDogc3RyaW5nID0gUk9PVCk6IFNpdGUge1xuICBjb25zdCBleGFtcGxlcyA9IHJlYWRFeGFtcGxlcyhyb290KTtcbiAgY29uc3Qgb3RoZXJzID0gcmVhZFdvcmtzcGFjZXMocm9vdCkuZmlsdGVyKCh7IGV4YW1wbGUgfSkgPT4gZXhhbXBsZSA9PT0gdW5kZWZpbmVkKTtcbiAgY29uc3QgY2hhcHRlcnMgPSBuZXcgTWFwPHN0cmluZywgRXhhbXBsZVdvcmtzcGFjZVtdPigpO1xuICBmb3IgKGNvbnN0IGV4YW1wbGUgb2YgZXhhbXBsZXMpIHtcbiAgICBjb25zdCBmb2xkZXIgPSBwb3NpeC5kaXJuYW1lKGV4YW1wbGUucGF0aCk7XG4gICAgY2hhcHRlcnMuc2V0KGZvbGRlciwgWy4uLihjaGFwdGVycy5nZXQoZm9sZGVyKSA/PyBbXSksIGV4YW1wbGVdKTtcbiAgfVxuXG4gIGNvbnN0IHBhZ2VzID0gbmV3IE1hcDxzdHJpbmcsIHN0cmluZz4oKTtcbiAgY29uc3QgZmlsZXMgPSBuZXcgTWFwPHN0cmluZywgc3RyaW5nPigpO1xuICBjb25zdCBkZWFkOiBzdHJpbmdbXSA9IFtdO1xuICBjb25zdCBuYW1lcyA9IG5ldyBNYXA8c3RyaW5nLCBzdHJpbmc+KFxuICAgIFsuLi5leGFtcGxlcywgLi4ub3RoZXJzXS5tYXAoKHsgcGF0aCwgbmFtZSB9KSA9PiBbcGF0aCwgYC4vJHtuYW1lfS5tZGBdKSxcbiAgKTtcbiAgZm9yIChjb25zdCBmb2xkZXIgb2YgY2hhcHRlcnMua2V5cygpKSBuYW1lcy5zZXQoZm9sZGVyLCBgLi8ke2Jhc2VuYW1lKGZvbGRlcil9Lm1kYCk7XG4gIGZvciAoY29uc3QgZ3VpZGUgb2YgR1VJREVTKSBuYW1lcy5zZXQoZ3VpZGUsIGAuLyR7YmFzZW5hbWUoZ3VpZGUpfWApO1xuICBuYW1lcy5zZXQoXCJleGFtcGxlc1wiLCBcIi4vZXhhbXBsZXMubWRcIikuc2V0KFwiUkVBRE1FLm1kXCIsIFwiLi9pbmRleC5tZFwiKTtcblxuICBjb25zdCBwbGFjZXM6IFBsYWNlcyA9IHtcbiAgICByb290LFxuICAgIGRlYWQ6IChsaW5rKSA9PiBkZWFkLnB1c2gobGluayksXG4gICAgcGFnZShwYXRoKSB7XG4gICAgICBjb25zdCBvd24gPSBuYW1lcy5nZXQocGF0aCkgPz8gbmFtZXMuZ2V0KHBhdGgucmVwbGFjZSgvXFwvUkVBRE1FXFwubWQkLywgXCJcIikpO1xuICAgICAgaWYgKG93biAhPT0gdW5kZWZpbmVkKSByZXR1cm4gb3duO1xuICAgICAgY29uc3QgZXhhbXBsZSA9IG5hbWVzLmdldChwb3NpeC5kaXJuYW1lKHBhdGgpKTtcbiAgICAgIGlmIChleGFtcGxlID09PSB1bmRlZmluZWQgfHwgIWlzUHJvZ3JhbShiYXNlbmFtZShwYXRoKSkpIHJldHVybiB1bmRlZmluZWQ7XG4gICAgICByZXR1cm4gZXhpc3RzU3luYyhqb2luKHJvb3QsIHBhdGgpKSA/IGAke2V4YW1wbGV9IyR7YW5jaG9yKGJhc2VuYW1lKHBhdGgpKX1gIDogdW5kZWZpbmVkO1xuICAgIH0sXG4gICAgY29weShwYXRoKSB7XG4gICAgICBjb25zdCBpbWFnZSA9IC9cXC4oc3ZnfHBuZykkLy50ZXN0KHBhdGgpO1xuICAgICAgY29uc3QgcGxhY2UgPSBpbWFnZSA/IGJhc2VuYW1lKHBhdGgpIDogYHB1YmxpYy9zb3VyY2UvJHtwYXRofS50eHRgO1xuICAgICAgZmlsZXMuc2V0KHBsYWNlLCBwYXRoKTtcbiAgICAgIHJldHVybiBpbWFnZSA/IGAuLyR7cGxhY2V9YCA6IGAuL3NvdXJjZS8ke3BhdGh9LnR4dGA7XG4gICAgfSxcbiAgfTtcbiAgY29uc3QgcmVhZCA9IChwYXRoOiBzdHJpbmcpID0+IHJlYWRGaWxlU3luYyhqb2luKHJvb3QsIHBhdGgpLCBcInV0ZjhcIik7XG4gIGNvbnN0IGFkZCA9IChuYW1lOiBzdHJpbmcsIHRleHQ6IHN0cmluZywgZGVzY3JpcHRpb24gPSBcIlwiKSA9PiB7XG4gICAgaWYgKHBhZ2VzLmhhcyhuYW1lKSkgdGhyb3cgbmV3IEVycm9yKGB0d28gcGFnZXMgYXJlIG5hbWVkICR7bmFtZX1gKTtcbiAgICBwYWdlcy5zZXQobmFtZSwgZGVzY3JpcHRpb24gPT09IFwiXCIgPyB0ZXh0IDogYCR7ZnJvbnQoeyBkZXNjcmlwdGlvbiB9KX0ke3RleHR9YCk7XG4gIH07XG5cbiAgYWRkKFwiaW5kZXhcIiwgaG9tZSh0b1BhZ2UocmVhZChcIlJFQURNRS5tZFwiKSwgXCJSRUFETUUubWRcIiwgcGxhY2VzKSwgZXhhbXBsZXMpKTtcbiAgYWRkKFwiZXhhbXBsZXNcIiwgZXhhbXBsZXNCeUNoYXB0ZXIoY2hhcHRlcnMsIHRpdGxlT2YpKTtcbiAgYWRkKFwic29ja2V0c1wiLCBzb2NrZXRzKGV4YW1wbGVzKSk7XG4gIGFkZChcInBhdHRlcm5zXCIsIHBhdHRlcm5zKGV4YW1wbGVzKSk7XG4gIGFkZChcIm9yaWdpbmFsc1wiLCBvcmlnaW5hbHMoZXhhbXBsZXMpKTtcbiAgZm9yIChjb25zdCBmb2xkZXIgb2YgY2hhcHRlcnMua2V5cygpKSB7XG4gICAgYWRkKGJhc2VuYW1lKGZvbGRlciksIHRvUGFnZShyZWFkKGAke2ZvbGRlcn0vUkVBRE1FLm1kYCksIGAke2ZvbGRlcn0vUkVBRE1FLm1kYCwgcGxhY2VzKSk7XG4gIH1cbiAgZm9yIChjb25zdCBleGFtcGxlIG9mIGV4YW1wbGVzKSB7XG4gICAgYWRkKGV4YW1wbGUubmFtZSwgZXhhbXBsZVBhZ2UoZXhhbXBsZSwgcGxhY2VzKSwgZXhhbXBsZS5kZXNjcmlwdGlvbik7XG4gIH1cbiAgZm9yIChjb25zdCB7IG5hbWUsIHBhdGgsIGRlc2NyaXB0aW9uIH0gb2Ygb3RoZXJzKSB7XG4gICAgYWRkKG5hbWUsIHRvUGFnZShyZWFkKGAke3BhdGh9L1JFQURNRS5tZGApLCBgJHtwYXRofS9SRUFETUUubWRgLCBwbGFjZXMpLCBkZXNjcmlwdGlvbik7XG4gIH1cbiAgZm9yIChjb25zdCBndWlkZSBvZiBHVUlERVMpIGFkZChiYXNlbmFtZShndWlkZSwgXCIubWRcIiksIHRvUGFnZShyZWFkKGd1aWRlKSwgZ3VpZGUsIHBsYWNlcykpO1xuXG4gIGlmIChkZWFkLmxlbmd0aCA+IDApIHRocm93IG5ldyBFcnJvcihgZGVhZCBsaW5rczpcXG4ke2RlYWQuam9pbihcIlxcblwiKX1gKTtcblxuICBmdW5jdGlvbiB0aXRsZU9mKGZvbGRlcjogc3RyaW5nKTogc3RyaW5nIHtcbiAgICByZXR1cm4gL14jICguKikkL20uZXhlYyhyZWFkKGAke2ZvbGRlcn0vUkVBRE1FLm1kYCkpPy5bMV0gPz8gZm9sZGVyO1xuICB9XG4gIGNvbnN0IGxpbmsgPSAobmFtZTogc3RyaW5nKSA9PiAoeyB0ZXh0OiB0aXRsZShwYWdlcy5nZXQobmFtZSkgPz8gXCJcIiksIGxpbms6IGAvJHtuYW1lfWAgfSk7XG4gIGNvbnN0IHNpZGViYXIgPSBbXG4gICAge1xuICAgICAgdGV4dDogXCJMaWJyYXJ5XCIsXG4gICAgICBpdGVtczogW1widHgwbXFcIiwgLi4uR1VJREVTLm1hcCgoZ3VpZGUpID0+IGJhc2VuYW1lKGd1aWRlLCBcIi5tZFwiKSldLm1hcChsaW5rKSxcbiAgICB9LFxuICAgIHsgdGV4dDogXCJGaW5kIGFuIGV4YW1wbGVcIiwgaXRlbXM6IFtcImV4YW1wbGVzXCIsIFwicGF0dGVybnNcIiwgXCJzb2NrZXRzXCIsIFwib3JpZ2luYWxzXCJdLm1hcChsaW5rKSB9LFxuICAgIC4uLkFycmF5LmZyb20oY2hhcHRlcnMsIChbZm9sZGVyLCBpdHNdKSA9PiAoe1xuICAgICAgdGV4dDogdGl0bGVPZihmb2xkZXIpLFxuICAgICAgbGluazogYC8ke2Jhc2VuYW1lKGZvbGRlcil9YCxcbiAgICAgIGNvbGxhcHNlZDogdHJ1ZSxcbiAgICAgIGl0ZW1zOiBpdHMubWFwKCh7IG5hbWUgfSkgPT4gbGluayhuYW1lKSksXG4gICAgfSkpLFxuICAgIHtcbiAgICAgIHRleHQ6IFwiVGhlIGhvdXNlXCIsXG4gICAgICBsaW5rOiBcIi9kb2NzXCIsXG4gICAgICBjb2xsYXBzZWQ6IHRydWUsXG4gICAgICBpdGVtczogb3RoZXJzXG4gICAgICAgIC5maWx0ZXIoKHsgbmFtZSB9KSA9PiAhW1widHgwbXFcIiwgXCJkb2NzXCJdLmluY2x1ZGVzKG5hbWUpKVxuICAgICAgICAubWFwKCh7IG5hbWUgfSkgPT4gbGluayhuYW1lKSksXG4gICAgfSxcbiAgXTtcbiAgcmV0dXJuIHsgcGFnZXMsIGZpbGVzLCBzaWRlYmFyIH07XG59XG5cbi8qKiBXcml0ZXMgcGFnZXMgYW5kIGZpbGVzIGludG8gYSBmb2xkZXIsIGluIHBsYWNlIG9mIHdoYXQgd2FzIHRoZXJlLiAqL1xuZXhwb3J0IGZ1bmN0aW9uIHdyaXRlU2l0ZSh7IHBhZ2VzLCBmaWxlcyB9OiBTaXRlLCBmb2xkZXI6IHN0cmluZywgcm9vdDogc3RyaW5nID0gUk9PVCk6IHZvaWQge1xuICBybVN5bmMoZm9sZGVyLCB7IHJlY3Vyc2l2ZTogdHJ1ZSwgZm9yY2U6IHRydWUgfSk7XG4gIG1rZGlyU3luYyhmb2xkZXIsIHsgcmVjdXJzaXZlOiB0cnVlIH0pO1xuICBmb3IgKGNvbnN0IFtuYW1lLCB0ZXh0XSBvZiBwYWdlcykgd3JpdGVGaWxlU3luYyhqb2luKGZvbGRlciwgYCR7bmFtZX0ubWRgKSwgdGV4dCk7XG4gIGZvciAoY29uc3QgW3BsYWNlLCBwYXRoXSBvZiBmaWxlcykge1xuICAgIG1rZGlyU3luYyhkaXJuYW1lKGpvaW4oZm9sZGVyLCBwbGFjZSkpLCB7IHJlY3Vyc2l2ZTogdHJ1ZSB9KTtcbiAgICBjcFN5bmMoam9pbihyb290LCBwYXRoKSwgam9pbihmb2xkZXIsIHBsYWNlKSk7XG4gIH1cbn1cblxuZnVuY3Rpb24gZXhhbXBsZVBhZ2Uod29ya3NwYWNlOiBFeGFtcGxlV29ya3NwYWNlLCBwbGFjZXM6IFBsYWNlcyk6IHN0cmluZyB7XG4gIGNvbnN0IHsgbmFtZSwgcGF0aCwgZm9sZGVyLCBleGFtcGxlIH0gPSB3b3Jrc3BhY2U7XG4gIGNvbnN0IHJlYWRtZSA9IHRvUGFnZShcbiAgICByZWFkRmlsZVN5bmMoam9pbihmb2xkZXIsIFwiUkVBRE1FLm1kXCIpLCBcInV0ZjhcIiksXG4gICAgYCR7cGF0aH0vUkVBRE1FLm1kYCxcbiAgICBwbGFjZXMsXG4gICk7XG4gIGNvbnN0IGNoYXB0ZXIgPSBjaGFwdGVyT2Yod29ya3NwYWNlKTtcbiAgY29uc3QgZmFjdHMgPSBbXG4gICAgYFske2NoYXB0ZXJ9XSguLyR7YmFzZW5hbWUoZGlybmFtZShwYXRoKSl9Lm1kKWAsXG4gICAgLi4uZXhhbXBsZS5zb2NrZXRzLm1hcCgoc29ja2V0KSA9PiBgWyR7c29ja2V0fV0oLi9zb2NrZXRzLm1kIyR7YW5jaG9yKHNvY2tldCl9KWApLFxuICAgIC4uLihleGFtcGxlLnBhdHRlcm5zID8/IFtdKS5tYXAoKGlkKSA9PiBgW0kgd2FudCB0byAke1BBVFRFUk5TW2lkXX1dKC4vcGF0dGVybnMubWQjJHtpZH0pYCksXG4gIF07XG4gIGNvbnN0IG1haW4gPSBleGFtcGxlLnByb2dyYW1zLm1hcCgocHJvZ3JhbSkgPT4gYCR7cHJvZ3JhbS5uYW1lfS50c2ApO1xuICBjb25zdCBtb2R1bGVzID0gcmVhZGRpclN5bmMoZm9sZGVyKS5maWx0ZXIoKGZpbGUpID0+IGlzUHJvZ3JhbShmaWxlKSAmJiAhbWFpbi5pbmNsdWRlcyhmaWxlKSk7XG4gIGNvbnN0IHByb2dyYW1zID0gWy4uLm1haW4sIC4uLm1vZHVsZXMuc29ydCgpXS5tYXAoKGZpbGUpID0+IHtcbiAgICBjb25zdCBjb2RlID0gcmVhZEZpbGVTeW5jKGpvaW4oZm9sZGVyLCBmaWxlKSwgXCJ1dGY4XCIpLnRyaW1FbmQoKTtcbiAgICByZXR1cm4gYCMjIyAke2ZpbGV9IHsjJHthbmNob3IoZmlsZSl9fVxuXG5cXGBcXGBcXGBcXGB0czpsaW5lLW51bWJlcnNcbiR7Y29kZX1cblxcYFxcYFxcYFxcYFxuXG5bJHtmaWxlfSBhcyBwbGFpbiB0ZXh0XSgke3BsYWNlcy5jb3B5KGAke3BhdGh9LyR7ZmlsZX1gKX0pe3RhcmdldD1cIl9ibGFua1wifVxuYDtcbiAgfSk7XG4gIGNvbnN0IHVzZXMgPSAoZXhhbXBsZS51c2VzID8/IFtdKS5tYXAoKG90aGVyKSA9PiB7XG4gICAgY29uc3QgdXNlZCA9IHBvc2l4LmpvaW4ocGF0aCwgb3RoZXIpO1xuICAgIHJldHVybiBgWyR7YmFzZW5hbWUodXNlZCl9XSgke3BsYWNlcy5wYWdlKHVzZWQpfSlgO1xuICB9KTtcbiAgcmV0dXJuIGAke3JlYWRtZS5yZXBsYWNlKC9eIyAuKiQvbSwgKGxpbmUpID0+IGAke2xpbmV9XFxuXFxuPGRpdiBjbGFzcz1cImZhY3RzXCI+XFxuXFxuJHtmYWN0cy5qb2luKFwiIFx1MDBCNyBcIil9XFxuXFxuPC9kaXY+YCl9XG4jIyBQcm9ncmFtc1xuXG4ke3Byb2dyYW1zLmpvaW4oXCJcXG5cIil9XG4jIyBUYWtlIGl0IGhvbWVcblxuXFxgXFxgXFxgc2hcbm5wbSBjcmVhdGUgdHgwbXFAbGF0ZXN0IG15LSR7bmFtZX0gLS0gLS1leGFtcGxlICR7bmFtZX1cbmNkIG15LSR7bmFtZX0gJiYgbnBtIGluc3RhbGwgJiYgbnBtIHN0YXJ0XG5cXGBcXGBcXGBcblxuJHt1c2VzLmxlbmd0aCA9PT0gMCA/IFwiXCIgOiBgSXQgY29tZXMgd2l0aCAke3VzZXMuam9pbihcIiwgXCIpfSwgd2hvc2UgcHJvZ3JhbXMgaXQgcnVucy4gYH1JbiBhIGNsb25lIG9mIHRoZSByZXBvc2l0b3J5OiBcXGBucG0gc3RhcnQgLS0gJHtuYW1lfVxcYC5cbmA7XG59XG5cbi8qKiBUaGUgaG9tZSBwYWdlOiB3aGF0IGlzIGF0IHRoZSBiZWdpbm5pbmcgb2YgdGhlIFJFQURNRSwgdGhlIHBhdHRlcm5zLCBhbmQgdGhlIGZpcnN0IHByb2dyYW0uICovXG5mdW5jdGlvbiBob21lKHJlYWRtZTogc3RyaW5nLCBleGFtcGxlczogcmVhZG9ubHkgRXhhbXBsZVdvcmtzcGFjZVtdKTogc3RyaW5nIHtcbiAgY29uc3QgWywgbGVhZCA9IFwiXCJdID0gL14jIC4qXFxuKyhbXFxzXFxTXSo/KVxcblxcbi8uZXhlYyhyZWFkbWUpID8/IFtdO1xuICBjb25zdCBbLCBwcm9ncmFtID0gXCJcIl0gPSAvXigjIyBBIGZpcnN0IHByb2dyYW1cXG5bXFxzXFxTXSo/KV4jIyAvbS5leGVjKHJlYWRtZSkgPz8gW107XG4gIHJldHVybiBgJHtmcm9udCh7XG4gICAgbGF5b3V0OiBcImhvbWVcIixcbiAgICB0aXRsZTogXCJ0eDBtcVwiLFxuICAgIHRpdGxlVGVtcGxhdGU6IFwiWmVyb01RIGZvciBOb2RlLmpzXCIsXG4gICAgZGVzY3JpcHRpb246IGxlYWQucmVwbGFjZUFsbChcIlxcblwiLCBcIiBcIiksXG4gICAgaGVybzoge1xuICAgICAgbmFtZTogXCJ0eDBtcVwiLFxuICAgICAgdGV4dDogXCJaZXJvTVEgZm9yIE5vZGUuanNcIixcbiAgICAgIHRhZ2xpbmU6IGxlYWQucmVwbGFjZUFsbChcIlxcblwiLCBcIiBcIiksXG4gICAgICBhY3Rpb25zOiBbXG4gICAgICAgIHsgdGhlbWU6IFwiYnJhbmRcIiwgdGV4dDogXCJJIHdhbnQgdG8gXHUyMDI2XCIsIGxpbms6IFwiL3BhdHRlcm5zXCIgfSxcbiAgICAgICAgeyB0aGVtZTogXCJhbHRcIiwgdGV4dDogXCJBbGwgZXhhbXBsZXNcIiwgbGluazogXCIvZXhhbXBsZXNcIiB9LFxuICAgICAgICB7IHRoZW1lOiBcImFsdFwiLCB0ZXh0OiBcIlRoZSBsaWJyYXJ5XCIsIGxpbms6IFwiL3R4MG1xXCIgfSxcbiAgICAgIF0sXG4gICAgfSxcbiAgICBmZWF0dXJlczogcGF0dGVybnNPZihleGFtcGxlcykubWFwKCh7IGlkLCB3aXNoLCBpdHMgfSkgPT4gKHtcbiAgICAgIHRpdGxlOiB3aXNoLmNoYXJBdCgwKS50b1VwcGVyQ2FzZSgpICsgd2lzaC5zbGljZSgxKSxcbiAgICAgIGRldGFpbHM6XG4gICAgICAgIGl0c1xuICAgICAgICAgIC5tYXAoKHsgbmFtZSB9KSA9PiBuYW1lKVxuICAgICAgICAgIC5zbGljZSgwLCAzKVxuICAgICAgICAgIC5qb2luKFwiLCBcIikgKyAoaXRzLmxlbmd0aCA+IDMgPyBcIiBcdTIwMjZcIiA6IFwiXCIpLFxuICAgICAgbGluazogYC9wYXR0ZXJucyMke2lkfWAsXG4gICAgfSkpLFxuICB9KX1cbiR7cHJvZ3JhbX1gO1xufVxuXG4vKiogQSBwYWdlJ3MgaGVhZDsgSlNPTiBpcyBZQU1MIHRvby4gKi9cbmZ1bmN0aW9uIGZyb250KGRhdGE6IG9iamVjdCk6IHN0cmluZyB7XG4gIHJldHVybiBgLS0tXFxuJHtKU09OLnN0cmluZ2lmeShkYXRhKX1cXG4tLS1cXG5cXG5gO1xufVxuXG5mdW5jdGlvbiB0aXRsZSh0ZXh0OiBzdHJpbmcpOiBzdHJpbmcge1xuICByZXR1cm4gL14jICguKikkL20uZXhlYyh0ZXh0KT8uWzFdPy5yZXBsYWNlQWxsKFwiYFwiLCBcIlwiKSA/PyBcIlwiO1xufVxuXG5mdW5jdGlvbiBpc1Byb2dyYW0oZmlsZTogc3RyaW5nKTogYm9vbGVhbiB7XG4gIHJldHVybiAvKD88IVxcLnRlc3QpXFwudHMkLy50ZXN0KGZpbGUpO1xufVxuXG5leHBvcnQgZnVuY3Rpb24gYW5jaG9yKHRleHQ6IHN0cmluZyk6IHN0cmluZyB7XG4gIHJldHVybiB0ZXh0LnRvTG93ZXJDYXNlKCkucmVwbGFjZUFsbChcIi5cIiwgXCItXCIpO1xufVxuIiwgImNvbnN0IF9fdml0ZV9pbmplY3RlZF9vcmlnaW5hbF9kaXJuYW1lID0gXCIvd29yay9oL3ptdHAvc2NyaXB0c1wiO2NvbnN0IF9fdml0ZV9pbmplY3RlZF9vcmlnaW5hbF9maWxlbmFtZSA9IFwiL3dvcmsvaC96bXRwL3NjcmlwdHMvd29ya3NwYWNlcy50c1wiO2NvbnN0IF9fdml0ZV9pbmplY3RlZF9vcmlnaW5hbF9pbXBvcnRfbWV0YV91cmwgPSBcImZpbGU6Ly8vd29yay9oL3ptdHAvc2NyaXB0cy93b3Jrc3BhY2VzLnRzXCI7aW1wb3J0IHsgZXhpc3RzU3luYywgcmVhZGRpclN5bmMsIHJlYWRGaWxlU3luYyB9IGZyb20gXCJub2RlOmZzXCI7XG5pbXBvcnQgeyBiYXNlbmFtZSwgam9pbiwgcmVsYXRpdmUsIHNlcCB9IGZyb20gXCJub2RlOnBhdGhcIjtcbmltcG9ydCB7IGZpbGVVUkxUb1BhdGggfSBmcm9tIFwibm9kZTp1cmxcIjtcblxuLyoqIFRoZSBmb2xkZXIgb2YgdGhlIHdob2xlIHJlcG9zaXRvcnkuICovXG5leHBvcnQgY29uc3QgUk9PVCA9IGZpbGVVUkxUb1BhdGgobmV3IFVSTChcIi4uXCIsIGltcG9ydC5tZXRhLnVybCkpO1xuXG4vKiogT25lIHByb2dyYW0gb2YgYW4gZXhhbXBsZTogYGh3c2VydmVyYCBpcyBod3NlcnZlci50cy4gKi9cbmV4cG9ydCBpbnRlcmZhY2UgRXhhbXBsZVByb2dyYW0ge1xuICByZWFkb25seSBuYW1lOiBzdHJpbmc7XG4gIC8qKiBJdHMgZGVmYXVsdCBlbmRwb2ludHMsIHN1Y2ggYXMgYGJpbmQgdGNwOi8vKjo1NTU1YC4gKi9cbiAgcmVhZG9ubHkgZW5kcG9pbnRzOiByZWFkb25seSBzdHJpbmdbXTtcbn1cblxuLyoqIFdoYXQgYW4gZXhhbXBsZSBzYXlzIG9mIGl0c2VsZiwgaW4gaXRzIHBhY2thZ2UuanNvbi4gKi9cbmV4cG9ydCBpbnRlcmZhY2UgRXhhbXBsZSB7XG4gIHJlYWRvbmx5IHRpdGxlOiBzdHJpbmc7XG4gIC8qKiBUaGUgZ3VpZGUncyBjaGFwdGVyLCBzdWNoIGFzIGBjaGFwdGVyIDFgLiAqL1xuICByZWFkb25seSBndWlkZT86IHN0cmluZztcbiAgLyoqIEZvciBhbiBleGFtcGxlIHRoYXQgaXMgbm90IGZyb20gdGhlIGd1aWRlOiB0aGUgZmlsZSB0aGF0IGl0IHdhcyB3cml0dGVuIGFmdGVyLiAqL1xuICByZWFkb25seSBvcmlnaW4/OiBzdHJpbmc7XG4gIHJlYWRvbmx5IHNlY3Rpb24/OiBzdHJpbmc7XG4gIC8qKiBJdHMgcGxhY2UgaW4gdGhlIGNoYXB0ZXIuICovXG4gIHJlYWRvbmx5IG9yZGVyOiBudW1iZXI7XG4gIHJlYWRvbmx5IHByb2dyYW1zOiByZWFkb25seSBFeGFtcGxlUHJvZ3JhbVtdO1xuICByZWFkb25seSBzb2NrZXRzOiByZWFkb25seSBzdHJpbmdbXTtcbiAgLyoqIFdoYXQgaXQgaXMgZ29vZCBmb3I6IG5hbWVzIG9mIGRvY3Mvc3JjL3BhdHRlcm5zLnRzLiAqL1xuICByZWFkb25seSBwYXR0ZXJucz86IHJlYWRvbmx5IHN0cmluZ1tdO1xuICAvKiogVGhlIGZvbGRlcnMgb2Ygb3RoZXIgZXhhbXBsZXMgd2hvc2UgcHJvZ3JhbXMgaXQgcnVucywgZnJvbSBpdHMgb3duOiBhIGNvcHkgbmVlZHMgdGhlbSB0b28uICovXG4gIHJlYWRvbmx5IHVzZXM/OiByZWFkb25seSBzdHJpbmdbXTtcbn1cblxuLyoqIEEgd29ya3NwYWNlIG9mIHRoZSByZXBvc2l0b3J5LiAqL1xuZXhwb3J0IGludGVyZmFjZSBXb3Jrc3BhY2Uge1xuICAvKiogVGhlIG5hbWUgb2YgaXRzIGZvbGRlci4gKi9cbiAgcmVhZG9ubHkgbmFtZTogc3RyaW5nO1xuICAvKiogSXRzIGZvbGRlciwgZnJvbSB0aGUgcm9vdCwgd2l0aCBzbGFzaGVzLiAqL1xuICByZWFkb25seSBwYXRoOiBzdHJpbmc7XG4gIC8qKiBJdHMgZm9sZGVyLCBpbiBmdWxsLiAqL1xuICByZWFkb25seSBmb2xkZXI6IHN0cmluZztcbiAgcmVhZG9ubHkgcGFja2FnZU5hbWU6IHN0cmluZztcbiAgcmVhZG9ubHkgZGVzY3JpcHRpb246IHN0cmluZztcbiAgcmVhZG9ubHkgc2NyaXB0czogUmVhZG9ubHk8UmVjb3JkPHN0cmluZywgc3RyaW5nPj47XG4gIHJlYWRvbmx5IGV4YW1wbGU6IEV4YW1wbGUgfCB1bmRlZmluZWQ7XG59XG5cbi8qKiBBIHdvcmtzcGFjZSB0aGF0IGlzIGFuIGV4YW1wbGUuICovXG5leHBvcnQgaW50ZXJmYWNlIEV4YW1wbGVXb3Jrc3BhY2UgZXh0ZW5kcyBXb3Jrc3BhY2Uge1xuICByZWFkb25seSBleGFtcGxlOiBFeGFtcGxlO1xufVxuXG5pbnRlcmZhY2UgTWFuaWZlc3Qge1xuICByZWFkb25seSBuYW1lOiBzdHJpbmc7XG4gIHJlYWRvbmx5IGRlc2NyaXB0aW9uPzogc3RyaW5nO1xuICByZWFkb25seSBzY3JpcHRzPzogUmVhZG9ubHk8UmVjb3JkPHN0cmluZywgc3RyaW5nPj47XG4gIHJlYWRvbmx5IGV4YW1wbGU/OiBFeGFtcGxlO1xuICByZWFkb25seSB3b3Jrc3BhY2VzPzogcmVhZG9ubHkgc3RyaW5nW107XG59XG5cbi8qKiBBbGwgd29ya3NwYWNlcywgYXMgdGhlIHJvb3QncyBwYWNrYWdlLmpzb24gbGlzdHMgdGhlbS4gKi9cbmV4cG9ydCBmdW5jdGlvbiByZWFkV29ya3NwYWNlcyhyb290OiBzdHJpbmcgPSBST09UKTogV29ya3NwYWNlW10ge1xuICBjb25zdCBnbG9icyA9IHJlYWRNYW5pZmVzdChyb290KS53b3Jrc3BhY2VzID8/IFtdO1xuICByZXR1cm4gZ2xvYnNcbiAgICAuZmxhdE1hcCgoZ2xvYikgPT4gZXhwYW5kKHJvb3QsIGdsb2Iuc3BsaXQoXCIvXCIpKSlcbiAgICAuZmlsdGVyKChmb2xkZXIpID0+IGV4aXN0c1N5bmMoam9pbihmb2xkZXIsIFwicGFja2FnZS5qc29uXCIpKSlcbiAgICAubWFwKChmb2xkZXIpID0+IHtcbiAgICAgIGNvbnN0IHsgbmFtZSwgZGVzY3JpcHRpb24gPSBcIlwiLCBzY3JpcHRzID0ge30sIGV4YW1wbGUgfSA9IHJlYWRNYW5pZmVzdChmb2xkZXIpO1xuICAgICAgY29uc3QgcGF0aCA9IHJlbGF0aXZlKHJvb3QsIGZvbGRlcikuc3BsaXQoc2VwKS5qb2luKFwiL1wiKTtcbiAgICAgIGNvbnN0IHBhY2thZ2VOYW1lID0gbmFtZTtcbiAgICAgIHJldHVybiB7IG5hbWU6IGJhc2VuYW1lKGZvbGRlciksIHBhdGgsIGZvbGRlciwgcGFja2FnZU5hbWUsIGRlc2NyaXB0aW9uLCBzY3JpcHRzLCBleGFtcGxlIH07XG4gICAgfSk7XG59XG5cbi8qKiBBbGwgZXhhbXBsZXM6IHRob3NlIG9mIHRoZSBndWlkZSBpbiBpdHMgb3JkZXIsIHRoZW4gdGhlIG90aGVycy4gKi9cbmV4cG9ydCBmdW5jdGlvbiByZWFkRXhhbXBsZXMocm9vdDogc3RyaW5nID0gUk9PVCk6IEV4YW1wbGVXb3Jrc3BhY2VbXSB7XG4gIHJldHVybiByZWFkV29ya3NwYWNlcyhyb290KS5maWx0ZXIoaXNFeGFtcGxlKS5zb3J0KGJ5UGxhY2UpO1xufVxuXG4vKiogV2hlcmUgYW4gZXhhbXBsZSBiZWxvbmdzOiBhIGNoYXB0ZXIgb2YgdGhlIGd1aWRlLCBvciBweXptcS4gKi9cbmV4cG9ydCBmdW5jdGlvbiBjaGFwdGVyT2YoeyBleGFtcGxlIH06IEV4YW1wbGVXb3Jrc3BhY2UpOiBzdHJpbmcge1xuICByZXR1cm4gZXhhbXBsZS5ndWlkZSA/PyBcInB5em1xXCI7XG59XG5cbmZ1bmN0aW9uIGlzRXhhbXBsZSh3b3Jrc3BhY2U6IFdvcmtzcGFjZSk6IHdvcmtzcGFjZSBpcyBFeGFtcGxlV29ya3NwYWNlIHtcbiAgcmV0dXJuIHdvcmtzcGFjZS5leGFtcGxlICE9PSB1bmRlZmluZWQ7XG59XG5cbmZ1bmN0aW9uIGJ5UGxhY2UoYTogRXhhbXBsZVdvcmtzcGFjZSwgYjogRXhhbXBsZVdvcmtzcGFjZSk6IG51bWJlciB7XG4gIHJldHVybiAoXG4gICAgY2hhcHRlck9mKGEpLmxvY2FsZUNvbXBhcmUoY2hhcHRlck9mKGIpLCBcImVuXCIsIHsgbnVtZXJpYzogdHJ1ZSB9KSB8fFxuICAgIGEuZXhhbXBsZS5vcmRlciAtIGIuZXhhbXBsZS5vcmRlciB8fFxuICAgIGEubmFtZS5sb2NhbGVDb21wYXJlKGIubmFtZSwgXCJlblwiLCB7IG51bWVyaWM6IHRydWUgfSlcbiAgKTtcbn1cblxuLyoqIFRoZSBmb2xkZXJzIHRoYXQgYSBnbG9iIG1lYW5zOyBhIHN0YXIgc3RhbmRzIGZvciBhIHdob2xlIG5hbWUuICovXG5mdW5jdGlvbiBleHBhbmQoZm9sZGVyOiBzdHJpbmcsIFtmaXJzdCwgLi4ucmVzdF06IHJlYWRvbmx5IHN0cmluZ1tdKTogc3RyaW5nW10ge1xuICBpZiAoZmlyc3QgPT09IHVuZGVmaW5lZCkgcmV0dXJuIFtmb2xkZXJdO1xuICBpZiAoZmlyc3QgIT09IFwiKlwiKSByZXR1cm4gZXhwYW5kKGpvaW4oZm9sZGVyLCBmaXJzdCksIHJlc3QpO1xuICBpZiAoIWV4aXN0c1N5bmMoZm9sZGVyKSkgcmV0dXJuIFtdO1xuICByZXR1cm4gcmVhZGRpclN5bmMoZm9sZGVyLCB7IHdpdGhGaWxlVHlwZXM6IHRydWUgfSlcbiAgICAuZmlsdGVyKChlbnRyeSkgPT4gZW50cnkuaXNEaXJlY3RvcnkoKSAmJiBlbnRyeS5uYW1lICE9PSBcIm5vZGVfbW9kdWxlc1wiKVxuICAgIC5zb3J0KChhLCBiKSA9PiBhLm5hbWUubG9jYWxlQ29tcGFyZShiLm5hbWUsIFwiZW5cIiwgeyBudW1lcmljOiB0cnVlIH0pKVxuICAgIC5mbGF0TWFwKChlbnRyeSkgPT4gZXhwYW5kKGpvaW4oZm9sZGVyLCBlbnRyeS5uYW1lKSwgcmVzdCkpO1xufVxuXG5mdW5jdGlvbiByZWFkTWFuaWZlc3QoZm9sZGVyOiBzdHJpbmcpOiBNYW5pZmVzdCB7XG4gIGNvbnN0IGZpbGUgPSBqb2luKGZvbGRlciwgXCJwYWNrYWdlLmpzb25cIik7XG4gIHRyeSB7XG4gICAgcmV0dXJuIEpTT04ucGFyc2UocmVhZEZpbGVTeW5jKGZpbGUsIFwidXRmOFwiKSk7XG4gIH0gY2F0Y2ggKGNhdXNlKSB7XG4gICAgdGhyb3cgbmV3IEVycm9yKGBjYW5ub3QgcmVhZCAke2ZpbGV9YCwgeyBjYXVzZSB9KTtcbiAgfVxufVxuIiwgImNvbnN0IF9fdml0ZV9pbmplY3RlZF9vcmlnaW5hbF9kaXJuYW1lID0gXCIvd29yay9oL3ptdHAvZG9jcy9zcmNcIjtjb25zdCBfX3ZpdGVfaW5qZWN0ZWRfb3JpZ2luYWxfZmlsZW5hbWUgPSBcIi93b3JrL2gvem10cC9kb2NzL3NyYy9pbmRleGVzLnRzXCI7Y29uc3QgX192aXRlX2luamVjdGVkX29yaWdpbmFsX2ltcG9ydF9tZXRhX3VybCA9IFwiZmlsZTovLy93b3JrL2gvem10cC9kb2NzL3NyYy9pbmRleGVzLnRzXCI7aW1wb3J0IHsgYmFzZW5hbWUgfSBmcm9tIFwibm9kZTpwYXRoXCI7XG5pbXBvcnQgeyBjaGFwdGVyT2YsIHR5cGUgRXhhbXBsZVdvcmtzcGFjZSB9IGZyb20gXCIuLi8uLi9zY3JpcHRzL3dvcmtzcGFjZXMudHNcIjtcbmltcG9ydCB7IFBBVFRFUk5TIH0gZnJvbSBcIi4vcGF0dGVybnMudHNcIjtcblxuLyoqIEFsbCBleGFtcGxlcywgY2hhcHRlciBieSBjaGFwdGVyLiAqL1xuZXhwb3J0IGZ1bmN0aW9uIGV4YW1wbGVzQnlDaGFwdGVyKFxuICBjaGFwdGVyczogUmVhZG9ubHlNYXA8c3RyaW5nLCByZWFkb25seSBFeGFtcGxlV29ya3NwYWNlW10+LFxuICB0aXRsZU9mOiAoZm9sZGVyOiBzdHJpbmcpID0+IHN0cmluZyxcbik6IHN0cmluZyB7XG4gIGNvbnN0IHNlY3Rpb25zID0gQXJyYXkuZnJvbShcbiAgICBjaGFwdGVycyxcbiAgICAoW2ZvbGRlciwgaXRzXSkgPT5cbiAgICAgIGAjIyBbJHt0aXRsZU9mKGZvbGRlcil9XSguLyR7YmFzZW5hbWUoZm9sZGVyKX0ubWQpIHsjJHtiYXNlbmFtZShmb2xkZXIpfX1cXG5cXG4ke2xpc3QoaXRzKX1gLFxuICApO1xuICByZXR1cm4gcGFnZShcbiAgICBcIkFsbCBleGFtcGxlc1wiLFxuICAgIFwiSW4gdGhlIG9yZGVyIG9mIHRoZSBndWlkZTsgdGhvc2UgYWZ0ZXIgcHl6bXEncyBjb21lIGxhc3QuXCIsXG4gICAgc2VjdGlvbnMsXG4gICk7XG59XG5cbi8qKiBBbGwgZXhhbXBsZXMgYnkgdGhlIHR5cGVzIG9mIHRoZWlyIHNvY2tldHMuICovXG5leHBvcnQgZnVuY3Rpb24gc29ja2V0cyhleGFtcGxlczogcmVhZG9ubHkgRXhhbXBsZVdvcmtzcGFjZVtdKTogc3RyaW5nIHtcbiAgY29uc3QgdHlwZXMgPSBuZXcgU2V0KGV4YW1wbGVzLmZsYXRNYXAoKHsgZXhhbXBsZSB9KSA9PiBleGFtcGxlLnNvY2tldHMpKTtcbiAgY29uc3Qgc2VjdGlvbnMgPSBBcnJheS5mcm9tKFxuICAgIHR5cGVzLFxuICAgICh0eXBlKSA9PlxuICAgICAgYCMjICR7dHlwZX0geyMke3R5cGUudG9Mb3dlckNhc2UoKX19XFxuXFxuJHtsaXN0KGV4YW1wbGVzLmZpbHRlcigoeyBleGFtcGxlIH0pID0+IGV4YW1wbGUuc29ja2V0cy5pbmNsdWRlcyh0eXBlKSkpfWAsXG4gICk7XG4gIHJldHVybiBwYWdlKFwiQnkgc29ja2V0XCIsIFwiV2hpY2ggZXhhbXBsZXMgdXNlIGEgdHlwZSBvZiBzb2NrZXQuXCIsIHNlY3Rpb25zKTtcbn1cblxuLyoqIFRoZSBwYXR0ZXJucyB0aGF0IHRoZXJlIGFyZSBleGFtcGxlcyBvZi4gKi9cbmV4cG9ydCBmdW5jdGlvbiBwYXR0ZXJuc09mKGV4YW1wbGVzOiByZWFkb25seSBFeGFtcGxlV29ya3NwYWNlW10pIHtcbiAgcmV0dXJuIE9iamVjdC5lbnRyaWVzKFBBVFRFUk5TKVxuICAgIC5tYXAoKFtpZCwgd2lzaF0pID0+ICh7XG4gICAgICBpZCxcbiAgICAgIHdpc2gsXG4gICAgICBpdHM6IGV4YW1wbGVzLmZpbHRlcigoeyBleGFtcGxlIH0pID0+IGV4YW1wbGUucGF0dGVybnM/LmluY2x1ZGVzKGlkKSksXG4gICAgfSkpXG4gICAgLmZpbHRlcigoeyBpdHMgfSkgPT4gaXRzLmxlbmd0aCA+IDApO1xufVxuXG4vKiogQWxsIGV4YW1wbGVzIGJ5IHdoYXQgdGhleSBhcmUgZ29vZCBmb3IuICovXG5leHBvcnQgZnVuY3Rpb24gcGF0dGVybnMoZXhhbXBsZXM6IHJlYWRvbmx5IEV4YW1wbGVXb3Jrc3BhY2VbXSk6IHN0cmluZyB7XG4gIGNvbnN0IHNlY3Rpb25zID0gcGF0dGVybnNPZihleGFtcGxlcykubWFwKFxuICAgICh7IGlkLCB3aXNoLCBpdHMgfSkgPT4gYCMjIFx1MjAyNiAke3dpc2h9IHsjJHtpZH19XFxuXFxuJHtsaXN0KGl0cyl9YCxcbiAgKTtcbiAgY29uc3QgcmVzdCA9IGV4YW1wbGVzLmZpbHRlcigoeyBleGFtcGxlIH0pID0+IChleGFtcGxlLnBhdHRlcm5zID8/IFtdKS5sZW5ndGggPT09IDApO1xuICBpZiAocmVzdC5sZW5ndGggPiAwKSBzZWN0aW9ucy5wdXNoKGAjIyBcdTIwMjYgc2VlIHNvbWV0aGluZyBlbHNlIHsjZWxzZX1cXG5cXG4ke2xpc3QocmVzdCl9YCk7XG4gIHJldHVybiBwYWdlKFwiSSB3YW50IHRvIFx1MjAyNlwiLCBcIldoYXQgdGhlIGV4YW1wbGVzIGFyZSBnb29kIGZvciwgdGhlIHNpbXBsZXN0IGZpcnN0LlwiLCBzZWN0aW9ucyk7XG59XG5cbi8qKiBUaGUgb3JpZ2luYWxzJyBuYW1lcywgYW5kIHdoZXJlIHRoZXkgYXJlIGhlcmUuICovXG5leHBvcnQgZnVuY3Rpb24gb3JpZ2luYWxzKGV4YW1wbGVzOiByZWFkb25seSBFeGFtcGxlV29ya3NwYWNlW10pOiBzdHJpbmcge1xuICBjb25zdCBndWlkZSA9IGV4YW1wbGVzLmZpbHRlcigoeyBleGFtcGxlIH0pID0+IGV4YW1wbGUuZ3VpZGUgIT09IHVuZGVmaW5lZCk7XG4gIGNvbnN0IG90aGVycyA9IGV4YW1wbGVzLmZpbHRlcigoeyBleGFtcGxlIH0pID0+IGV4YW1wbGUuZ3VpZGUgPT09IHVuZGVmaW5lZCk7XG4gIGNvbnN0IHByb2dyYW1zID0gZ3VpZGVcbiAgICAuZmxhdE1hcCgod29ya3NwYWNlKSA9PiB3b3Jrc3BhY2UuZXhhbXBsZS5wcm9ncmFtcy5tYXAoKHsgbmFtZSB9KSA9PiAoeyBuYW1lLCB3b3Jrc3BhY2UgfSkpKVxuICAgIC5zb3J0KChhLCBiKSA9PiBhLm5hbWUubG9jYWxlQ29tcGFyZShiLm5hbWUsIFwiZW5cIiwgeyBudW1lcmljOiB0cnVlIH0pKVxuICAgIC5tYXAoXG4gICAgICAoeyBuYW1lLCB3b3Jrc3BhY2UgfSkgPT5cbiAgICAgICAgYHwgW1xcYCR7bmFtZX1cXGBdKC4vJHt3b3Jrc3BhY2UubmFtZX0ubWQjJHtuYW1lfS10cykgfCAke2xpbmsod29ya3NwYWNlKX0gfCAke2NoYXB0ZXJPZih3b3Jrc3BhY2UpfSB8YCxcbiAgICApO1xuICBjb25zdCBmaWxlcyA9IG90aGVycy5tYXAoXG4gICAgKHdvcmtzcGFjZSkgPT4gYHwgXFxgJHt3b3Jrc3BhY2UuZXhhbXBsZS5vcmlnaW59XFxgIHwgJHtsaW5rKHdvcmtzcGFjZSl9IHxgLFxuICApO1xuICByZXR1cm4gcGFnZShcIkJ5IHRoZSBvcmlnaW5hbCdzIG5hbWVcIiwgXCJZb3Uga25vdyBpdCBmcm9tIFB5dGhvbiBvciBDLCBhbmQgd2FudCB0byBzZWUgaXQgaGVyZS5cIiwgW1xuICAgIGAjIyBUaGUgZ3VpZGUncyBwcm9ncmFtcyB7I2d1aWRlfVxuXG5UaGV5IGhhdmUgdGhlIGd1aWRlJ3MgbmFtZXM6IFxcYGh3c2VydmVyXFxgIGlzIGl0cyBcXGBod3NlcnZlci5weVxcYCBhbmQgXFxgaHdzZXJ2ZXIuY1xcYC4gQSBkYXNoIHN0YW5kcyBmb3IgYW4gdW5kZXJzY29yZS5cblxufCBwcm9ncmFtIHwgZXhhbXBsZSB8IGNoYXB0ZXIgfFxufCAtLS0gfCAtLS0gfCAtLS0gfFxuJHtwcm9ncmFtcy5qb2luKFwiXFxuXCIpfWAsXG4gICAgYCMjIE90aGVycyB7I3B5em1xfVxcblxcbnwgb3JpZ2luYWwgfCBleGFtcGxlIHxcXG58IC0tLSB8IC0tLSB8XFxuJHtmaWxlcy5qb2luKFwiXFxuXCIpfWAsXG4gIF0pO1xufVxuXG5mdW5jdGlvbiBwYWdlKHRpdGxlOiBzdHJpbmcsIGxlYWQ6IHN0cmluZywgc2VjdGlvbnM6IHJlYWRvbmx5IHN0cmluZ1tdKTogc3RyaW5nIHtcbiAgcmV0dXJuIGAjICR7dGl0bGV9XFxuXFxuJHtsZWFkfVxcblxcbiR7c2VjdGlvbnMuam9pbihcIlxcblxcblwiKX1cXG5gO1xufVxuXG5mdW5jdGlvbiBsaXN0KGV4YW1wbGVzOiByZWFkb25seSBFeGFtcGxlV29ya3NwYWNlW10pOiBzdHJpbmcge1xuICByZXR1cm4gZXhhbXBsZXNcbiAgICAubWFwKCh3b3Jrc3BhY2UpID0+IGAtICR7bGluayh3b3Jrc3BhY2UpfTogJHtsb3dlcih3b3Jrc3BhY2UuZGVzY3JpcHRpb24pfWApXG4gICAgLmpvaW4oXCJcXG5cIik7XG59XG5cbmZ1bmN0aW9uIGxpbmsoeyBuYW1lIH06IEV4YW1wbGVXb3Jrc3BhY2UpOiBzdHJpbmcge1xuICByZXR1cm4gYFske25hbWV9XSguLyR7bmFtZX0ubWQpYDtcbn1cblxuLyoqIEEgZGVzY3JpcHRpb24gZ29lcyBvbiBhZnRlciBhIGNvbG9uOyBcXGA8XFxgIHdvdWxkIGJlIHRoZSBzdGFydCBvZiBhbiBlbGVtZW50LiAqL1xuZnVuY3Rpb24gbG93ZXIodGV4dDogc3RyaW5nKTogc3RyaW5nIHtcbiAgcmV0dXJuIHRleHQucmVwbGFjZUFsbChcIjxcIiwgXCImbHQ7XCIpO1xufVxuIiwgImNvbnN0IF9fdml0ZV9pbmplY3RlZF9vcmlnaW5hbF9kaXJuYW1lID0gXCIvd29yay9oL3ptdHAvZG9jcy9zcmNcIjtjb25zdCBfX3ZpdGVfaW5qZWN0ZWRfb3JpZ2luYWxfZmlsZW5hbWUgPSBcIi93b3JrL2gvem10cC9kb2NzL3NyYy9wYXR0ZXJucy50c1wiO2NvbnN0IF9fdml0ZV9pbmplY3RlZF9vcmlnaW5hbF9pbXBvcnRfbWV0YV91cmwgPSBcImZpbGU6Ly8vd29yay9oL3ptdHAvZG9jcy9zcmMvcGF0dGVybnMudHNcIjsvKiogV2hhdCBleGFtcGxlcyBhcmUgZ29vZCBmb3IsIGFzIHRoZWlyIHBhY2thZ2UuanNvbiBuYW1lcyBpdDogXCJJIHdhbnQgdG8gLi4uXCIuICovXG5leHBvcnQgY29uc3QgUEFUVEVSTlM6IFJlYWRvbmx5PFJlY29yZDxzdHJpbmcsIHN0cmluZz4+ID0ge1xuICBhc2s6IFwiYXNrLCBhbmQgd2FpdCBmb3IgdGhlIGFuc3dlclwiLFxuICBwdWJsaXNoOiBcInRlbGwgbWFueSBhdCBvbmNlXCIsXG4gIGRpc3RyaWJ1dGU6IFwiZGlzdHJpYnV0ZSB3b3JrXCIsXG4gIGJyb2tlcjogXCJwdXQgYSBicm9rZXIgaW4gdGhlIG1pZGRsZVwiLFxuICBhc3luY2hyb25vdXM6IFwiaGF2ZSBtYW55IHJlcXVlc3RzIGluIGZsaWdodFwiLFxuICBhZGRyZXNzOiBcInRhbGsgdG8gb25lIHBlZXIgb2YgbWFueVwiLFxuICByZWxpYWJsZTogXCJzdXJ2aXZlIGEgZGVhZCBzZXJ2ZXJcIixcbiAgc3RhdGU6IFwic2hhcmUgc3RhdGVcIixcbiAgZGlzY292ZXI6IFwiZmluZCBlYWNoIG90aGVyXCIsXG4gIHRyYW5zZmVyOiBcIm1vdmUgbGFyZ2UgZGF0YVwiLFxuICBmbG93OiBcImNvcGUgd2l0aCBzbG93IHJlYWRlcnNcIixcbiAgc2V2ZXJhbDogXCJyZWFkIGZyb20gc2V2ZXJhbCBzb2NrZXRzXCIsXG4gIHRocmVhZHM6IFwidXNlIHRocmVhZHNcIixcbiAgbGlmZWN5Y2xlOiBcInN0YXJ0IGFuZCBzdG9wIGluIG9yZGVyXCIsXG4gIHdhdGNoOiBcInNlZSB3aGF0IGhhcHBlbnNcIixcbiAgc2VjdXJlOiBcImtlZXAgb3RoZXJzIG91dFwiLFxuICBtZWFzdXJlOiBcIm1lYXN1cmVcIixcbn07XG4iLCAiY29uc3QgX192aXRlX2luamVjdGVkX29yaWdpbmFsX2Rpcm5hbWUgPSBcIi93b3JrL2gvem10cC9kb2NzL3NyY1wiO2NvbnN0IF9fdml0ZV9pbmplY3RlZF9vcmlnaW5hbF9maWxlbmFtZSA9IFwiL3dvcmsvaC96bXRwL2RvY3Mvc3JjL21hcmtkb3duLnRzXCI7Y29uc3QgX192aXRlX2luamVjdGVkX29yaWdpbmFsX2ltcG9ydF9tZXRhX3VybCA9IFwiZmlsZTovLy93b3JrL2gvem10cC9kb2NzL3NyYy9tYXJrZG93bi50c1wiO2ltcG9ydCB7IHN0YXRTeW5jIH0gZnJvbSBcIm5vZGU6ZnNcIjtcbmltcG9ydCB7IGpvaW4sIHBvc2l4IH0gZnJvbSBcIm5vZGU6cGF0aFwiO1xuaW1wb3J0IHsgZHJhdyB9IGZyb20gXCIuL2RpYWdyYW0udHNcIjtcblxuLyoqIFdoZXJlIHRoaW5ncyBvZiB0aGUgcmVwb3NpdG9yeSBhcmUgb24gdGhlIHNpdGUuICovXG5leHBvcnQgaW50ZXJmYWNlIFBsYWNlcyB7XG4gIHJlYWRvbmx5IHJvb3Q6IHN0cmluZztcbiAgLyoqIFRoZSBwYWdlIG9mIGEgZm9sZGVyIG9yIGEgZmlsZSwgYnkgaXRzIHBhdGggZnJvbSB0aGUgcm9vdDogYGRvY3MvcGVyZm9ybWFuY2UubWRgLiAqL1xuICBwYWdlKHBhdGg6IHN0cmluZyk6IHN0cmluZyB8IHVuZGVmaW5lZDtcbiAgLyoqIE5vdGVzIGEgbGluayB0aGF0IGxlYWRzIHRvIG5vdGhpbmcuICovXG4gIGRlYWQobGluazogc3RyaW5nKTogdm9pZDtcbiAgLyoqIFB1dHMgYSBmaWxlIG9udG8gdGhlIHNpdGUsIGFuZCB0ZWxscyB3aGVyZSBpdCBpcy4gKi9cbiAgY29weShwYXRoOiBzdHJpbmcpOiBzdHJpbmc7XG59XG5cbi8qKiBBIGZpbGUgb2YgdGhlIHJlcG9zaXRvcnkgYXMgYSBwYWdlJ3MgdGV4dDogaXRzIGRpYWdyYW1zIGRyYXduLCBhbmQgaXRzIGxpbmtzIGxlYWRpbmcgdG8gcGFnZXMuICovXG5leHBvcnQgZnVuY3Rpb24gdG9QYWdlKHRleHQ6IHN0cmluZywgcGF0aDogc3RyaW5nLCBwbGFjZXM6IFBsYWNlcyk6IHN0cmluZyB7XG4gIGNvbnN0IHBhcnRzID0gdGV4dC5zcGxpdCgvXihgYGBbXFxzXFxTXSo/XmBgYCkkL20pO1xuICByZXR1cm4gcGFydHNcbiAgICAubWFwKChwYXJ0LCBpKSA9PiAoaSAlIDIgPT09IDAgPyByZWxpbmsocGFydCwgcGF0aCwgcGxhY2VzKSA6IGJsb2NrKHBhcnQsIHBhdGgpKSlcbiAgICAuam9pbihcIlwiKTtcbn1cblxuZnVuY3Rpb24gYmxvY2sodGV4dDogc3RyaW5nLCBwYXRoOiBzdHJpbmcpOiBzdHJpbmcge1xuICBjb25zdCBbLCBzb3VyY2VdID0gL15gYGBtZXJtYWlkXFxuKFtcXHNcXFNdKileYGBgJC9tLmV4ZWModGV4dCkgPz8gW107XG4gIGlmIChzb3VyY2UgPT09IHVuZGVmaW5lZCkgcmV0dXJuIHRleHQ7XG4gIHRyeSB7XG4gICAgcmV0dXJuIGA8ZmlndXJlIGNsYXNzPVwiZGlhZ3JhbVwiIHRhYmluZGV4PVwiMFwiIHYtcHJlPiR7ZHJhdyhzb3VyY2UpfTwvZmlndXJlPmA7XG4gIH0gY2F0Y2ggKGNhdXNlKSB7XG4gICAgdGhyb3cgbmV3IEVycm9yKGAke3BhdGh9OiBjYW5ub3QgZHJhdyBhIGRpYWdyYW1gLCB7IGNhdXNlIH0pO1xuICB9XG59XG5cbmZ1bmN0aW9uIHJlbGluayh0ZXh0OiBzdHJpbmcsIHBhdGg6IHN0cmluZywgcGxhY2VzOiBQbGFjZXMpOiBzdHJpbmcge1xuICByZXR1cm4gdGV4dC5yZXBsYWNlKC9cXF1cXCgoW14pXFxzXSspXFwpL2csIChfLCBsaW5rOiBzdHJpbmcpID0+IGBdKCR7dGFyZ2V0KGxpbmssIHBhdGgsIHBsYWNlcyl9KWApO1xufVxuXG4vKiogV2hlcmUgYSBsaW5rIG9mIGEgZmlsZSBsZWFkcyB0byBvbiB0aGUgc2l0ZS4gRm9sZGVycyB3aXRob3V0IGEgcGFnZSBoYXZlIG5vIHBsYWNlLiAqL1xuZXhwb3J0IGZ1bmN0aW9uIHRhcmdldChsaW5rOiBzdHJpbmcsIHBhdGg6IHN0cmluZywgcGxhY2VzOiBQbGFjZXMpOiBzdHJpbmcge1xuICBpZiAoL14oaHR0cHM/OnxtYWlsdG86fCMpLy50ZXN0KGxpbmspKSByZXR1cm4gbGluaztcbiAgY29uc3QgW2ZpbGUgPSBcIlwiLCBoYXNoXSA9IGxpbmsuc3BsaXQoXCIjXCIpO1xuICBjb25zdCBvdGhlciA9IHBvc2l4LmpvaW4ocG9zaXguZGlybmFtZShwYXRoKSwgZmlsZSkucmVwbGFjZSgvXFwvJC8sIFwiXCIpO1xuICBjb25zdCBwYWdlID0gcGxhY2VzLnBhZ2Uob3RoZXIpO1xuICBpZiAocGFnZSAhPT0gdW5kZWZpbmVkKSByZXR1cm4gaGFzaCA9PT0gdW5kZWZpbmVkID8gcGFnZSA6IGAke3BhZ2UucmVwbGFjZSgvIy4qLywgXCJcIil9IyR7aGFzaH1gO1xuICBpZiAoc3RhdFN5bmMoam9pbihwbGFjZXMucm9vdCwgb3RoZXIpLCB7IHRocm93SWZOb0VudHJ5OiBmYWxzZSB9KT8uaXNGaWxlKCkpXG4gICAgcmV0dXJuIHBsYWNlcy5jb3B5KG90aGVyKTtcbiAgcGxhY2VzLmRlYWQoYCR7cGF0aH06ICR7bGlua31gKTtcbiAgcmV0dXJuIGxpbms7XG59XG4iLCAiY29uc3QgX192aXRlX2luamVjdGVkX29yaWdpbmFsX2Rpcm5hbWUgPSBcIi93b3JrL2gvem10cC9kb2NzL3NyY1wiO2NvbnN0IF9fdml0ZV9pbmplY3RlZF9vcmlnaW5hbF9maWxlbmFtZSA9IFwiL3dvcmsvaC96bXRwL2RvY3Mvc3JjL2RpYWdyYW0udHNcIjtjb25zdCBfX3ZpdGVfaW5qZWN0ZWRfb3JpZ2luYWxfaW1wb3J0X21ldGFfdXJsID0gXCJmaWxlOi8vL3dvcmsvaC96bXRwL2RvY3Mvc3JjL2RpYWdyYW0udHNcIjtpbXBvcnQgeyByZW5kZXJNZXJtYWlkU1ZHIH0gZnJvbSBcImJlYXV0aWZ1bC1tZXJtYWlkXCI7XG5cbi8qKiBBIG5vZGUgd2l0aCBpdHMgdGV4dDogYGNsaWVudFtcImEgY2xpZW50XCJdYCwgYGlkbGUoW1wid2hvIGlzIGZyZWU/XCJdKWAuICovXG5jb25zdCBOT0RFID1cbiAgL1xcYihbXFx3LV0rKSgoPzpcXFtcXFt8XFwoXFxbfFxcW1xcKHxcXChcXCh8XFx7XFx7fFxcW3xcXCh8XFx7KSg/OlwiW15cIl0qXCJ8W15cIltcXF0oKXt9XSopW1xcXSl9XXsxLDJ9KS9nO1xuY29uc3QgUVVPVEVEID0gL1wiW15cIl0qXCIvO1xuLyoqIFN0YW5kcyBmb3IgYW4gYXN0ZXJpc2ssIHdoaWNoIHRoZSByZW5kZXJlciB3b3VsZCB0YWtlIGZvciB0aGUgc3RhcnQgb2YgaXRhbGljcy4gKi9cbmNvbnN0IFNUQVIgPSBcIlxcdUUwMDBcIjtcblxuLyoqIEhvdyB3aWRlIGEgcGFnZSdzIHRleHQgaXM6IHdoYXQgaXMgd2lkZXIgaXMgZHJhd24gZnJvbSB0b3AgdG8gYm90dG9tLCB3aGVyZSB0aGF0IGhlbHBzLiAqL1xuY29uc3QgUEFHRSA9IDY4ODtcblxuLyoqIERyYXdzIGEgTWVybWFpZCBkaWFncmFtIGFzIGFuIFNWRyBlbGVtZW50IGluIG9uZSBsaW5lLCB3aG9zZSBjb2xvdXJzIGFyZSB0aGUgcGFnZSdzLiAqL1xuZXhwb3J0IGZ1bmN0aW9uIGRyYXcoc291cmNlOiBzdHJpbmcpOiBzdHJpbmcge1xuICBjb25zdCB3aWRlID0gcmVuZGVyKHNvdXJjZSk7XG4gIGNvbnN0IGhpZ2ggPSB3aWRlLndpZHRoID4gUEFHRSA/IHJlbmRlcihzb3VyY2UucmVwbGFjZShcImZsb3djaGFydCBMUlwiLCBcImZsb3djaGFydCBUQlwiKSkgOiB3aWRlO1xuICBjb25zdCB7IHN2Zywgd2lkdGgsIGhlaWdodCB9ID0gaGlnaC53aWR0aCA8IHdpZGUud2lkdGggPyBoaWdoIDogd2lkZTtcbiAgY29uc3QgdGV4dHMgPSBBcnJheS5mcm9tKHN2Zy5tYXRjaEFsbCgvPHRleHRbXj5dKj4oLio/KTxcXC90ZXh0Pi9ncyksIChbLCB0ZXh0ID0gXCJcIl0pID0+XG4gICAgdGV4dFxuICAgICAgLnJlcGxhY2UoLzxbXj5dKj4vZywgXCIgXCIpXG4gICAgICAucmVwbGFjZSgvXFxzKy9nLCBcIiBcIilcbiAgICAgIC50cmltKCksXG4gICk7XG4gIGNvbnN0IGxhYmVsID0gYERpYWdyYW06ICR7dGV4dHMuam9pbihcIjsgXCIpfWAucmVwbGFjZUFsbCgnXCInLCBcIiZxdW90O1wiKTtcbiAgcmV0dXJuIHN2Z1xuICAgIC5yZXBsYWNlKC88c3R5bGU+Lio/PFxcL3N0eWxlPi9zLCBcIlwiKSAvLyB0aGUgdGhlbWUgaGFzIHRoZXNlIHJ1bGVzLCB3aXRob3V0IGEgZm9udCBmcm9tIGVsc2V3aGVyZVxuICAgIC5yZXBsYWNlKFxuICAgICAgLzxzdmcgW14+XSo+LyxcbiAgICAgIGA8c3ZnIHZpZXdCb3g9XCIwIDAgJHt3aWR0aH0gJHtoZWlnaHR9XCIgd2lkdGg9XCIke3dpZHRofVwiIGhlaWdodD1cIiR7aGVpZ2h0fVwiIHN0eWxlPVwibWluLXdpZHRoOiR7TWF0aC5taW4od2lkdGgsIDUwMCl9cHhcIiByb2xlPVwiaW1nXCIgYXJpYS1sYWJlbD1cIiR7bGFiZWx9XCI+YCxcbiAgICApXG4gICAgLnJlcGxhY2VBbGwoU1RBUiwgXCIqXCIpXG4gICAgLnJlcGxhY2UoL1xccypcXG5cXHMqL2csIFwiIFwiKTtcbn1cblxuZnVuY3Rpb24gcmVuZGVyKHNvdXJjZTogc3RyaW5nKSB7XG4gIGNvbnN0IHN2ZyA9IHJlbmRlck1lcm1haWRTVkcobm9ybWFsaXplKHNvdXJjZSkucmVwbGFjZUFsbChcIipcIiwgU1RBUiksIHtcbiAgICBwYWRkaW5nOiA4LFxuICAgIGxheWVyU3BhY2luZzogMjgsXG4gIH0pO1xuICBjb25zdCBbd2lkdGggPSAwLCBoZWlnaHQgPSAwXSA9XG4gICAgL3dpZHRoPVwiKFtcXGQuXSspXCIgaGVpZ2h0PVwiKFtcXGQuXSspXCIvXG4gICAgICAuZXhlYyhzdmcpXG4gICAgICA/LnNsaWNlKDEpXG4gICAgICAubWFwKChzaXplKSA9PiBNYXRoLmNlaWwoTnVtYmVyKHNpemUpKSkgPz8gW107XG4gIHJldHVybiB7IHN2Zywgd2lkdGgsIGhlaWdodCB9O1xufVxuXG4vKipcbiAqIFNheXMgdGhlIHNhbWUgaW4gYW4gb3JkZXIgdGhhdCB0aGUgcmVuZGVyZXIgdW5kZXJzdGFuZHM6IGl0IHRha2VzIGEgbm9kZSdzIHRleHQgYW5kIHN1YmdyYXBoIGZyb21cbiAqIHdoZXJlIHRoZSBub2RlIGlzIGZpcnN0IG5hbWVkLCBhbmQgTWVybWFpZCBmcm9tIHdoZXJldmVyIHRoZXkgYXJlIHRvbGQuXG4gKi9cbmV4cG9ydCBmdW5jdGlvbiBub3JtYWxpemUoc291cmNlOiBzdHJpbmcpOiBzdHJpbmcge1xuICBjb25zdCBsaW5lcyA9IHNvdXJjZS50cmltKCkuc3BsaXQoXCJcXG5cIik7XG4gIGNvbnN0IFtraW5kID0gXCJcIl0gPSBsaW5lcztcbiAgaWYgKCFraW5kLnN0YXJ0c1dpdGgoXCJmbG93Y2hhcnRcIikpIHJldHVybiBzb3VyY2U7XG4gIGNvbnN0IHRleHRzID0gbmV3IE1hcChBcnJheS5mcm9tKHNvdXJjZS5tYXRjaEFsbChOT0RFKSwgKFtub2RlLCBpZCA9IFwiXCJdKSA9PiBbaWQsIG5vZGVdKSk7XG4gIGNvbnN0IGluc2lkZTogc3RyaW5nW10gPSBbXTtcbiAgY29uc3Qgb3V0c2lkZTogc3RyaW5nW10gPSBbXTtcbiAgbGV0IGRlcHRoID0gMDtcbiAgZm9yIChjb25zdCBsaW5lIG9mIGxpbmVzLnNsaWNlKDEpKSB7XG4gICAgY29uc3Qgb3BlbnMgPSAvXlxccypzdWJncmFwaFxcYi8udGVzdChsaW5lKTtcbiAgICBpZiAob3BlbnMpIGRlcHRoKys7XG4gICAgKGRlcHRoID4gMCA/IGluc2lkZSA6IG91dHNpZGUpLnB1c2gob3BlbnMgPyBsaW5lIDogd2l0aFRleHRzKGxpbmUsIHRleHRzKSk7XG4gICAgaWYgKC9eXFxzKmVuZFxccyokLy50ZXN0KGxpbmUpKSBkZXB0aC0tO1xuICB9XG4gIHJldHVybiBba2luZCwgLi4uaW5zaWRlLCAuLi5vdXRzaWRlXS5qb2luKFwiXFxuXCIpO1xufVxuXG4vKiogR2l2ZXMgZWFjaCBub2RlIG9mIGEgbGluZSBpdHMgdGV4dCwgYnV0IGxlYXZlcyBhbG9uZSB3aGF0IHN0YW5kcyBpbiBxdW90ZXMgb3Igb24gYW4gZWRnZS4gKi9cbmZ1bmN0aW9uIHdpdGhUZXh0cyhsaW5lOiBzdHJpbmcsIHRleHRzOiBSZWFkb25seU1hcDxzdHJpbmcsIHN0cmluZz4pOiBzdHJpbmcge1xuICBpZiAoL15cXHMqKGVuZHxkaXJlY3Rpb258c3R5bGV8Y2xhc3N8Y2xhc3NEZWZ8bGlua1N0eWxlKVxcYi8udGVzdChsaW5lKSkgcmV0dXJuIGxpbmU7XG4gIGNvbnN0IGtlcHQ6IHN0cmluZ1tdID0gW107XG4gIGNvbnN0IGtlZXAgPSAodGV4dDogc3RyaW5nKSA9PiBgXFx1RTAwMSR7a2VwdC5wdXNoKHRleHQpIC0gMX1cXHVFMDAyYDtcbiAgcmV0dXJuIGxpbmVcbiAgICAucmVwbGFjZShOT0RFLCBrZWVwKVxuICAgIC5yZXBsYWNlKG5ldyBSZWdFeHAoUVVPVEVELCBcImdcIiksIGtlZXApXG4gICAgLnJlcGxhY2UoL1xcfFtefF0qXFx8fCg/PD1bLT0uXSApW14tPS58PlxcdUUwMDFdKyg/PSBbLT0uXSkvZywga2VlcClcbiAgICAucmVwbGFjZSgvKD88IVtcXHdcXHVFMDAxLV0pW2EtekEtWl1bXFx3XSovZywgKGlkKSA9PiB0ZXh0cy5nZXQoaWQpID8/IGlkKVxuICAgIC5yZXBsYWNlKC9cXHVFMDAxKFxcZCspXFx1RTAwMi9nLCAoXywgaSkgPT4ga2VwdFtpXSA/PyBcIlwiKTtcbn1cbiJdLAogICJtYXBwaW5ncyI6ICI7QUFBNFAsU0FBUyxpQkFBQUEsc0JBQXFCO0FBQzFSLFNBQVMsb0JBQW9COzs7QUNEOE0sU0FBUyxhQUFhLGNBQWMscUJBQXFCO0FBQ3BTLFNBQVMsU0FBUyxZQUFZO0FBQzlCLFNBQVMsZ0JBQWdCO0FBR2xCLElBQU0sT0FBTztBQUVwQixJQUFNLE9BQU87QUFDTixJQUFNLGNBQWMsR0FBRyxJQUFJO0FBTTNCLFNBQVMsYUFBYSxRQUFzQjtBQUNqRCxhQUFXLFFBQVEsWUFBWSxRQUFRLEVBQUUsV0FBVyxNQUFNLFVBQVUsT0FBTyxDQUFDLEdBQUc7QUFDN0UsVUFBTSxVQUFVLFNBQVMsUUFBUSxJQUFJLENBQUM7QUFDdEMsUUFBSSxZQUFZLE9BQVc7QUFDM0IsVUFBTSxPQUFPLGFBQWEsS0FBSyxRQUFRLElBQUksR0FBRyxNQUFNO0FBQ3BELFFBQUksS0FBSyxTQUFTLElBQUksRUFBRyxlQUFjLEtBQUssUUFBUSxJQUFJLEdBQUcsUUFBUSxJQUFJLENBQUM7QUFBQSxFQUMxRTtBQUNGO0FBRUEsSUFBTSxXQUErRDtBQUFBLEVBQ25FLFFBQVEsQ0FBQyxTQUFTLEtBQUssV0FBVyxHQUFHLElBQUksV0FBVyxJQUFJO0FBQUEsRUFDeEQsT0FBTztBQUFBLEVBQ1AsU0FBUyxDQUFDLFNBQ1IsS0FDRztBQUFBLElBQ0M7QUFBQSxJQUNBLENBQUMsR0FBRyxPQUFPLE1BQU0sUUFBUSxNQUFNLFdBQVcsTUFBTSxJQUFJLElBQUksU0FBUyxJQUFJLElBQUk7QUFBQSxFQUMzRSxFQUNDLFdBQVcsTUFBTSxJQUFJO0FBQzVCO0FBR08sU0FBUyxTQUFTLE1BQXNCO0FBQzdDLE1BQUksQ0FBQyxLQUFLLFNBQVMsSUFBSSxFQUFHLFFBQU87QUFDakMsUUFBTSxTQUE2QixDQUFDO0FBQ3BDLFFBQU0sUUFBUSxDQUFDLFNBQXdCO0FBQ3JDLFFBQUksT0FBTyxTQUFTLFlBQVksU0FBUyxLQUFNO0FBQy9DLFVBQU0sRUFBRSxNQUFNLE9BQU8sSUFBSSxJQUFJO0FBQzdCLFVBQU0sT0FBTyxTQUFTLGFBQWEsU0FBUztBQUM1QyxRQUFJLFFBQVEsVUFBVSxVQUFhLFFBQVEsUUFBVztBQUNwRCxVQUFJLEtBQUssTUFBTSxPQUFPLEdBQUcsRUFBRSxTQUFTLElBQUksRUFBRyxRQUFPLEtBQUssQ0FBQyxPQUFPLEdBQUcsQ0FBQztBQUFBLElBQ3JFLE1BQU8sWUFBVyxTQUFTLE9BQU8sT0FBTyxJQUFJLEVBQUcsT0FBTSxLQUFLO0FBQUEsRUFDN0Q7QUFDQSxRQUFNLFNBQVMsSUFBSSxDQUFDO0FBQ3BCLFNBQU8sT0FBTztBQUFBLElBQ1osQ0FBQyxLQUFLLENBQUMsT0FBTyxHQUFHLE1BQ2YsR0FBRyxJQUFJLE1BQU0sR0FBRyxLQUFLLENBQUMsSUFBSSxJQUFJLE1BQU0sT0FBTyxHQUFHLENBQUMsZ0JBQWdCLEtBQUssVUFBVSxJQUFJLEVBQUUsUUFBUSxLQUFLLFNBQVMsQ0FBQyxJQUFJLElBQUksSUFBSSxJQUFJLE1BQU0sR0FBRyxDQUFDO0FBQUEsSUFDdkk7QUFBQSxFQUNGO0FBQ0Y7OztBQ3JEbU87QUFBQSxFQUNqTztBQUFBLEVBQ0EsY0FBQUM7QUFBQSxFQUNBO0FBQUEsRUFDQSxlQUFBQztBQUFBLEVBQ0EsZ0JBQUFDO0FBQUEsRUFDQTtBQUFBLEVBQ0EsaUJBQUFDO0FBQUEsT0FDSztBQUNQLFNBQVMsWUFBQUMsV0FBVSxTQUFTLFFBQUFDLE9BQU0sU0FBQUMsY0FBYTs7O0FDVDZMLFNBQVMsWUFBWSxlQUFBQyxjQUFhLGdCQUFBQyxxQkFBb0I7QUFDbFMsU0FBUyxVQUFVLFFBQUFDLE9BQU0sVUFBVSxXQUFXO0FBQzlDLFNBQVMscUJBQXFCO0FBRmlILElBQU0sMkNBQTJDO0FBS3pMLElBQU0sT0FBTyxjQUFjLElBQUksSUFBSSxNQUFNLHdDQUFlLENBQUM7QUF1RHpELFNBQVMsZUFBZSxPQUFlLE1BQW1CO0FBQy9ELFFBQU0sUUFBUSxhQUFhLElBQUksRUFBRSxjQUFjLENBQUM7QUFDaEQsU0FBTyxNQUNKLFFBQVEsQ0FBQyxTQUFTLE9BQU8sTUFBTSxLQUFLLE1BQU0sR0FBRyxDQUFDLENBQUMsRUFDL0MsT0FBTyxDQUFDLFdBQVcsV0FBV0MsTUFBSyxRQUFRLGNBQWMsQ0FBQyxDQUFDLEVBQzNELElBQUksQ0FBQyxXQUFXO0FBQ2YsVUFBTSxFQUFFLE1BQU0sY0FBYyxJQUFJLFVBQVUsQ0FBQyxHQUFHLFFBQVEsSUFBSSxhQUFhLE1BQU07QUFDN0UsVUFBTSxPQUFPLFNBQVMsTUFBTSxNQUFNLEVBQUUsTUFBTSxHQUFHLEVBQUUsS0FBSyxHQUFHO0FBQ3ZELFVBQU0sY0FBYztBQUNwQixXQUFPLEVBQUUsTUFBTSxTQUFTLE1BQU0sR0FBRyxNQUFNLFFBQVEsYUFBYSxhQUFhLFNBQVMsUUFBUTtBQUFBLEVBQzVGLENBQUM7QUFDTDtBQUdPLFNBQVMsYUFBYSxPQUFlLE1BQTBCO0FBQ3BFLFNBQU8sZUFBZSxJQUFJLEVBQUUsT0FBTyxTQUFTLEVBQUUsS0FBSyxPQUFPO0FBQzVEO0FBR08sU0FBUyxVQUFVLEVBQUUsUUFBUSxHQUE2QjtBQUMvRCxTQUFPLFFBQVEsU0FBUztBQUMxQjtBQUVBLFNBQVMsVUFBVSxXQUFxRDtBQUN0RSxTQUFPLFVBQVUsWUFBWTtBQUMvQjtBQUVBLFNBQVMsUUFBUSxHQUFxQixHQUE2QjtBQUNqRSxTQUNFLFVBQVUsQ0FBQyxFQUFFLGNBQWMsVUFBVSxDQUFDLEdBQUcsTUFBTSxFQUFFLFNBQVMsS0FBSyxDQUFDLEtBQ2hFLEVBQUUsUUFBUSxRQUFRLEVBQUUsUUFBUSxTQUM1QixFQUFFLEtBQUssY0FBYyxFQUFFLE1BQU0sTUFBTSxFQUFFLFNBQVMsS0FBSyxDQUFDO0FBRXhEO0FBR0EsU0FBUyxPQUFPLFFBQWdCLENBQUMsT0FBTyxHQUFHLElBQUksR0FBZ0M7QUFDN0UsTUFBSSxVQUFVLE9BQVcsUUFBTyxDQUFDLE1BQU07QUFDdkMsTUFBSSxVQUFVLElBQUssUUFBTyxPQUFPQSxNQUFLLFFBQVEsS0FBSyxHQUFHLElBQUk7QUFDMUQsTUFBSSxDQUFDLFdBQVcsTUFBTSxFQUFHLFFBQU8sQ0FBQztBQUNqQyxTQUFPQyxhQUFZLFFBQVEsRUFBRSxlQUFlLEtBQUssQ0FBQyxFQUMvQyxPQUFPLENBQUMsVUFBVSxNQUFNLFlBQVksS0FBSyxNQUFNLFNBQVMsY0FBYyxFQUN0RSxLQUFLLENBQUMsR0FBRyxNQUFNLEVBQUUsS0FBSyxjQUFjLEVBQUUsTUFBTSxNQUFNLEVBQUUsU0FBUyxLQUFLLENBQUMsQ0FBQyxFQUNwRSxRQUFRLENBQUMsVUFBVSxPQUFPRCxNQUFLLFFBQVEsTUFBTSxJQUFJLEdBQUcsSUFBSSxDQUFDO0FBQzlEO0FBRUEsU0FBUyxhQUFhLFFBQTBCO0FBQzlDLFFBQU0sT0FBT0EsTUFBSyxRQUFRLGNBQWM7QUFDeEMsTUFBSTtBQUNGLFdBQU8sS0FBSyxNQUFNRSxjQUFhLE1BQU0sTUFBTSxDQUFDO0FBQUEsRUFDOUMsU0FBUyxPQUFPO0FBQ2QsVUFBTSxJQUFJLE1BQU0sZUFBZSxJQUFJLElBQUksRUFBRSxNQUFNLENBQUM7QUFBQSxFQUNsRDtBQUNGOzs7QUNqSHlPLFNBQVMsWUFBQUMsaUJBQWdCOzs7QUNDM1AsSUFBTSxXQUE2QztBQUFBLEVBQ3hELEtBQUs7QUFBQSxFQUNMLFNBQVM7QUFBQSxFQUNULFlBQVk7QUFBQSxFQUNaLFFBQVE7QUFBQSxFQUNSLGNBQWM7QUFBQSxFQUNkLFNBQVM7QUFBQSxFQUNULFVBQVU7QUFBQSxFQUNWLE9BQU87QUFBQSxFQUNQLFVBQVU7QUFBQSxFQUNWLFVBQVU7QUFBQSxFQUNWLE1BQU07QUFBQSxFQUNOLFNBQVM7QUFBQSxFQUNULFNBQVM7QUFBQSxFQUNULFdBQVc7QUFBQSxFQUNYLE9BQU87QUFBQSxFQUNQLFFBQVE7QUFBQSxFQUNSLFNBQVM7QUFDWDs7O0FEZE8sU0FBUyxrQkFDZCxVQUNBLFNBQ1E7QUFDUixRQUFNLFdBQVcsTUFBTTtBQUFBLElBQ3JCO0FBQUEsSUFDQSxDQUFDLENBQUMsUUFBUSxHQUFHLE1BQ1gsT0FBTyxRQUFRLE1BQU0sQ0FBQyxPQUFPQyxVQUFTLE1BQU0sQ0FBQyxVQUFVQSxVQUFTLE1BQU0sQ0FBQztBQUFBO0FBQUEsRUFBUSxLQUFLLEdBQUcsQ0FBQztBQUFBLEVBQzVGO0FBQ0EsU0FBTztBQUFBLElBQ0w7QUFBQSxJQUNBO0FBQUEsSUFDQTtBQUFBLEVBQ0Y7QUFDRjtBQUdPLFNBQVMsUUFBUSxVQUErQztBQUNyRSxRQUFNLFFBQVEsSUFBSSxJQUFJLFNBQVMsUUFBUSxDQUFDLEVBQUUsUUFBUSxNQUFNLFFBQVEsT0FBTyxDQUFDO0FBQ3hFLFFBQU0sV0FBVyxNQUFNO0FBQUEsSUFDckI7QUFBQSxJQUNBLENBQUMsU0FDQyxNQUFNLElBQUksTUFBTSxLQUFLLFlBQVksQ0FBQztBQUFBO0FBQUEsRUFBUSxLQUFLLFNBQVMsT0FBTyxDQUFDLEVBQUUsUUFBUSxNQUFNLFFBQVEsUUFBUSxTQUFTLElBQUksQ0FBQyxDQUFDLENBQUM7QUFBQSxFQUNwSDtBQUNBLFNBQU8sS0FBSyxhQUFhLHdDQUF3QyxRQUFRO0FBQzNFO0FBR08sU0FBUyxXQUFXLFVBQXVDO0FBQ2hFLFNBQU8sT0FBTyxRQUFRLFFBQVEsRUFDM0IsSUFBSSxDQUFDLENBQUMsSUFBSSxJQUFJLE9BQU87QUFBQSxJQUNwQjtBQUFBLElBQ0E7QUFBQSxJQUNBLEtBQUssU0FBUyxPQUFPLENBQUMsRUFBRSxRQUFRLE1BQU0sUUFBUSxVQUFVLFNBQVMsRUFBRSxDQUFDO0FBQUEsRUFDdEUsRUFBRSxFQUNELE9BQU8sQ0FBQyxFQUFFLElBQUksTUFBTSxJQUFJLFNBQVMsQ0FBQztBQUN2QztBQUdPLFNBQVMsU0FBUyxVQUErQztBQUN0RSxRQUFNLFdBQVcsV0FBVyxRQUFRLEVBQUU7QUFBQSxJQUNwQyxDQUFDLEVBQUUsSUFBSSxNQUFNLElBQUksTUFBTSxhQUFRLElBQUksTUFBTSxFQUFFO0FBQUE7QUFBQSxFQUFRLEtBQUssR0FBRyxDQUFDO0FBQUEsRUFDOUQ7QUFDQSxRQUFNLE9BQU8sU0FBUyxPQUFPLENBQUMsRUFBRSxRQUFRLE9BQU8sUUFBUSxZQUFZLENBQUMsR0FBRyxXQUFXLENBQUM7QUFDbkYsTUFBSSxLQUFLLFNBQVMsRUFBRyxVQUFTLEtBQUs7QUFBQTtBQUFBLEVBQXNDLEtBQUssSUFBSSxDQUFDLEVBQUU7QUFDckYsU0FBTyxLQUFLLG9CQUFlLHVEQUF1RCxRQUFRO0FBQzVGO0FBR08sU0FBUyxVQUFVLFVBQStDO0FBQ3ZFLFFBQU0sUUFBUSxTQUFTLE9BQU8sQ0FBQyxFQUFFLFFBQVEsTUFBTSxRQUFRLFVBQVUsTUFBUztBQUMxRSxRQUFNLFNBQVMsU0FBUyxPQUFPLENBQUMsRUFBRSxRQUFRLE1BQU0sUUFBUSxVQUFVLE1BQVM7QUFDM0UsUUFBTSxXQUFXLE1BQ2QsUUFBUSxDQUFDLGNBQWMsVUFBVSxRQUFRLFNBQVMsSUFBSSxDQUFDLEVBQUUsS0FBSyxPQUFPLEVBQUUsTUFBTSxVQUFVLEVBQUUsQ0FBQyxFQUMxRixLQUFLLENBQUMsR0FBRyxNQUFNLEVBQUUsS0FBSyxjQUFjLEVBQUUsTUFBTSxNQUFNLEVBQUUsU0FBUyxLQUFLLENBQUMsQ0FBQyxFQUNwRTtBQUFBLElBQ0MsQ0FBQyxFQUFFLE1BQU0sVUFBVSxNQUNqQixRQUFRLElBQUksU0FBUyxVQUFVLElBQUksT0FBTyxJQUFJLFVBQVUsS0FBSyxTQUFTLENBQUMsTUFBTSxVQUFVLFNBQVMsQ0FBQztBQUFBLEVBQ3JHO0FBQ0YsUUFBTSxRQUFRLE9BQU87QUFBQSxJQUNuQixDQUFDLGNBQWMsT0FBTyxVQUFVLFFBQVEsTUFBTSxRQUFRLEtBQUssU0FBUyxDQUFDO0FBQUEsRUFDdkU7QUFDQSxTQUFPLEtBQUssMEJBQTBCLDBEQUEwRDtBQUFBLElBQzlGO0FBQUE7QUFBQTtBQUFBO0FBQUE7QUFBQTtBQUFBLEVBTUYsU0FBUyxLQUFLLElBQUksQ0FBQztBQUFBLElBQ2pCO0FBQUE7QUFBQTtBQUFBO0FBQUEsRUFBZ0UsTUFBTSxLQUFLLElBQUksQ0FBQztBQUFBLEVBQ2xGLENBQUM7QUFDSDtBQUVBLFNBQVMsS0FBS0MsUUFBZSxNQUFjLFVBQXFDO0FBQzlFLFNBQU8sS0FBS0EsTUFBSztBQUFBO0FBQUEsRUFBTyxJQUFJO0FBQUE7QUFBQSxFQUFPLFNBQVMsS0FBSyxNQUFNLENBQUM7QUFBQTtBQUMxRDtBQUVBLFNBQVMsS0FBSyxVQUErQztBQUMzRCxTQUFPLFNBQ0osSUFBSSxDQUFDLGNBQWMsS0FBSyxLQUFLLFNBQVMsQ0FBQyxLQUFLLE1BQU0sVUFBVSxXQUFXLENBQUMsRUFBRSxFQUMxRSxLQUFLLElBQUk7QUFDZDtBQUVBLFNBQVMsS0FBSyxFQUFFLEtBQUssR0FBNkI7QUFDaEQsU0FBTyxJQUFJLElBQUksT0FBTyxJQUFJO0FBQzVCO0FBR0EsU0FBUyxNQUFNLE1BQXNCO0FBQ25DLFNBQU8sS0FBSyxXQUFXLEtBQUssTUFBTTtBQUNwQzs7O0FFaEcyTyxTQUFTLGdCQUFnQjtBQUNwUSxTQUFTLFFBQUFDLE9BQU0sYUFBYTs7O0FDRDZNLFNBQVMsd0JBQXdCO0FBRzFRLElBQU0sT0FDSjtBQUNGLElBQU0sU0FBUztBQUVmLElBQU0sT0FBTztBQUdiLElBQU0sT0FBTztBQUdOLFNBQVMsS0FBSyxRQUF3QjtBQUMzQyxRQUFNLE9BQU8sT0FBTyxNQUFNO0FBQzFCLFFBQU0sT0FBTyxLQUFLLFFBQVEsT0FBTyxPQUFPLE9BQU8sUUFBUSxnQkFBZ0IsY0FBYyxDQUFDLElBQUk7QUFDMUYsUUFBTSxFQUFFLEtBQUssT0FBTyxPQUFPLElBQUksS0FBSyxRQUFRLEtBQUssUUFBUSxPQUFPO0FBQ2hFLFFBQU0sUUFBUSxNQUFNO0FBQUEsSUFBSyxJQUFJLFNBQVMsNEJBQTRCO0FBQUEsSUFBRyxDQUFDLENBQUMsRUFBRSxPQUFPLEVBQUUsTUFDaEYsS0FDRyxRQUFRLFlBQVksR0FBRyxFQUN2QixRQUFRLFFBQVEsR0FBRyxFQUNuQixLQUFLO0FBQUEsRUFDVjtBQUNBLFFBQU0sUUFBUSxZQUFZLE1BQU0sS0FBSyxJQUFJLENBQUMsR0FBRyxXQUFXLEtBQUssUUFBUTtBQUNyRSxTQUFPLElBQ0osUUFBUSx3QkFBd0IsRUFBRSxFQUNsQztBQUFBLElBQ0M7QUFBQSxJQUNBLHFCQUFxQixLQUFLLElBQUksTUFBTSxZQUFZLEtBQUssYUFBYSxNQUFNLHNCQUFzQixLQUFLLElBQUksT0FBTyxHQUFHLENBQUMsOEJBQThCLEtBQUs7QUFBQSxFQUN2SixFQUNDLFdBQVcsTUFBTSxHQUFHLEVBQ3BCLFFBQVEsYUFBYSxHQUFHO0FBQzdCO0FBRUEsU0FBUyxPQUFPLFFBQWdCO0FBQzlCLFFBQU0sTUFBTSxpQkFBaUIsVUFBVSxNQUFNLEVBQUUsV0FBVyxLQUFLLElBQUksR0FBRztBQUFBLElBQ3BFLFNBQVM7QUFBQSxJQUNULGNBQWM7QUFBQSxFQUNoQixDQUFDO0FBQ0QsUUFBTSxDQUFDLFFBQVEsR0FBRyxTQUFTLENBQUMsSUFDMUIscUNBQ0csS0FBSyxHQUFHLEdBQ1AsTUFBTSxDQUFDLEVBQ1IsSUFBSSxDQUFDLFNBQVMsS0FBSyxLQUFLLE9BQU8sSUFBSSxDQUFDLENBQUMsS0FBSyxDQUFDO0FBQ2hELFNBQU8sRUFBRSxLQUFLLE9BQU8sT0FBTztBQUM5QjtBQU1PLFNBQVMsVUFBVSxRQUF3QjtBQUNoRCxRQUFNLFFBQVEsT0FBTyxLQUFLLEVBQUUsTUFBTSxJQUFJO0FBQ3RDLFFBQU0sQ0FBQyxPQUFPLEVBQUUsSUFBSTtBQUNwQixNQUFJLENBQUMsS0FBSyxXQUFXLFdBQVcsRUFBRyxRQUFPO0FBQzFDLFFBQU0sUUFBUSxJQUFJLElBQUksTUFBTSxLQUFLLE9BQU8sU0FBUyxJQUFJLEdBQUcsQ0FBQyxDQUFDLE1BQU0sS0FBSyxFQUFFLE1BQU0sQ0FBQyxJQUFJLElBQUksQ0FBQyxDQUFDO0FBQ3hGLFFBQU0sU0FBbUIsQ0FBQztBQUMxQixRQUFNLFVBQW9CLENBQUM7QUFDM0IsTUFBSSxRQUFRO0FBQ1osYUFBVyxRQUFRLE1BQU0sTUFBTSxDQUFDLEdBQUc7QUFDakMsVUFBTSxRQUFRLGlCQUFpQixLQUFLLElBQUk7QUFDeEMsUUFBSSxNQUFPO0FBQ1gsS0FBQyxRQUFRLElBQUksU0FBUyxTQUFTLEtBQUssUUFBUSxPQUFPLFVBQVUsTUFBTSxLQUFLLENBQUM7QUFDekUsUUFBSSxjQUFjLEtBQUssSUFBSSxFQUFHO0FBQUEsRUFDaEM7QUFDQSxTQUFPLENBQUMsTUFBTSxHQUFHLFFBQVEsR0FBRyxPQUFPLEVBQUUsS0FBSyxJQUFJO0FBQ2hEO0FBR0EsU0FBUyxVQUFVLE1BQWMsT0FBNEM7QUFDM0UsTUFBSSx1REFBdUQsS0FBSyxJQUFJLEVBQUcsUUFBTztBQUM5RSxRQUFNLE9BQWlCLENBQUM7QUFDeEIsUUFBTSxPQUFPLENBQUMsU0FBaUIsU0FBUyxLQUFLLEtBQUssSUFBSSxJQUFJLENBQUM7QUFDM0QsU0FBTyxLQUNKLFFBQVEsTUFBTSxJQUFJLEVBQ2xCLFFBQVEsSUFBSSxPQUFPLFFBQVEsR0FBRyxHQUFHLElBQUksRUFDckMsUUFBUSxtREFBbUQsSUFBSSxFQUMvRCxRQUFRLGtDQUFrQyxDQUFDLE9BQU8sTUFBTSxJQUFJLEVBQUUsS0FBSyxFQUFFLEVBQ3JFLFFBQVEsc0JBQXNCLENBQUMsR0FBRyxNQUFNLEtBQUssQ0FBQyxLQUFLLEVBQUU7QUFDMUQ7OztBRC9ETyxTQUFTLE9BQU8sTUFBYyxNQUFjLFFBQXdCO0FBQ3pFLFFBQU0sUUFBUSxLQUFLLE1BQU0sc0JBQXNCO0FBQy9DLFNBQU8sTUFDSixJQUFJLENBQUMsTUFBTSxNQUFPLElBQUksTUFBTSxJQUFJLE9BQU8sTUFBTSxNQUFNLE1BQU0sSUFBSSxNQUFNLE1BQU0sSUFBSSxDQUFFLEVBQy9FLEtBQUssRUFBRTtBQUNaO0FBRUEsU0FBUyxNQUFNLE1BQWMsTUFBc0I7QUFDakQsUUFBTSxDQUFDLEVBQUUsTUFBTSxJQUFJLCtCQUErQixLQUFLLElBQUksS0FBSyxDQUFDO0FBQ2pFLE1BQUksV0FBVyxPQUFXLFFBQU87QUFDakMsTUFBSTtBQUNGLFdBQU8sOENBQThDLEtBQUssTUFBTSxDQUFDO0FBQUEsRUFDbkUsU0FBUyxPQUFPO0FBQ2QsVUFBTSxJQUFJLE1BQU0sR0FBRyxJQUFJLDJCQUEyQixFQUFFLE1BQU0sQ0FBQztBQUFBLEVBQzdEO0FBQ0Y7QUFFQSxTQUFTLE9BQU8sTUFBYyxNQUFjLFFBQXdCO0FBQ2xFLFNBQU8sS0FBSyxRQUFRLG9CQUFvQixDQUFDLEdBQUdDLFVBQWlCLEtBQUssT0FBT0EsT0FBTSxNQUFNLE1BQU0sQ0FBQyxHQUFHO0FBQ2pHO0FBR08sU0FBUyxPQUFPQSxPQUFjLE1BQWMsUUFBd0I7QUFDekUsTUFBSSx1QkFBdUIsS0FBS0EsS0FBSSxFQUFHLFFBQU9BO0FBQzlDLFFBQU0sQ0FBQyxPQUFPLElBQUksSUFBSSxJQUFJQSxNQUFLLE1BQU0sR0FBRztBQUN4QyxRQUFNLFFBQVEsTUFBTSxLQUFLLE1BQU0sUUFBUSxJQUFJLEdBQUcsSUFBSSxFQUFFLFFBQVEsT0FBTyxFQUFFO0FBQ3JFLFFBQU1DLFFBQU8sT0FBTyxLQUFLLEtBQUs7QUFDOUIsTUFBSUEsVUFBUyxPQUFXLFFBQU8sU0FBUyxTQUFZQSxRQUFPLEdBQUdBLE1BQUssUUFBUSxPQUFPLEVBQUUsQ0FBQyxJQUFJLElBQUk7QUFDN0YsTUFBSSxTQUFTQyxNQUFLLE9BQU8sTUFBTSxLQUFLLEdBQUcsRUFBRSxnQkFBZ0IsTUFBTSxDQUFDLEdBQUcsT0FBTztBQUN4RSxXQUFPLE9BQU8sS0FBSyxLQUFLO0FBQzFCLFNBQU8sS0FBSyxHQUFHLElBQUksS0FBS0YsS0FBSSxFQUFFO0FBQzlCLFNBQU9BO0FBQ1Q7OztBSnpCQSxJQUFNLFNBQVMsQ0FBQyx3QkFBd0IscUJBQXFCO0FBV3RELFNBQVMsU0FBUyxPQUFlLE1BQVk7QUFDbEQsUUFBTSxXQUFXLGFBQWEsSUFBSTtBQUNsQyxRQUFNLFNBQVMsZUFBZSxJQUFJLEVBQUUsT0FBTyxDQUFDLEVBQUUsUUFBUSxNQUFNLFlBQVksTUFBUztBQUNqRixRQUFNLFdBQVcsb0JBQUksSUFBZ0M7QUFDckQsYUFBVyxXQUFXLFVBQVU7QUFDOUIsVUFBTSxTQUFTRyxPQUFNLFFBQVEsUUFBUSxJQUFJO0FBQ3pDLGFBQVMsSUFBSSxRQUFRLENBQUMsR0FBSSxTQUFTLElBQUksTUFBTSxLQUFLLENBQUMsR0FBSSxPQUFPLENBQUM7QUFBQSxFQUNqRTtBQUVBLFFBQU0sUUFBUSxvQkFBSSxJQUFvQjtBQUN0QyxRQUFNLFFBQVEsb0JBQUksSUFBb0I7QUFDdEMsUUFBTSxPQUFpQixDQUFDO0FBQ3hCLFFBQU0sUUFBUSxJQUFJO0FBQUEsSUFDaEIsQ0FBQyxHQUFHLFVBQVUsR0FBRyxNQUFNLEVBQUUsSUFBSSxDQUFDLEVBQUUsTUFBTSxLQUFLLE1BQU0sQ0FBQyxNQUFNLEtBQUssSUFBSSxLQUFLLENBQUM7QUFBQSxFQUN6RTtBQUNBLGFBQVcsVUFBVSxTQUFTLEtBQUssRUFBRyxPQUFNLElBQUksUUFBUSxLQUFLQyxVQUFTLE1BQU0sQ0FBQyxLQUFLO0FBQ2xGLGFBQVcsU0FBUyxPQUFRLE9BQU0sSUFBSSxPQUFPLEtBQUtBLFVBQVMsS0FBSyxDQUFDLEVBQUU7QUFDbkUsUUFBTSxJQUFJLFlBQVksZUFBZSxFQUFFLElBQUksYUFBYSxZQUFZO0FBRXBFLFFBQU0sU0FBaUI7QUFBQSxJQUNyQjtBQUFBLElBQ0EsTUFBTSxDQUFDQyxVQUFTLEtBQUssS0FBS0EsS0FBSTtBQUFBLElBQzlCLEtBQUssTUFBTTtBQUNULFlBQU0sTUFBTSxNQUFNLElBQUksSUFBSSxLQUFLLE1BQU0sSUFBSSxLQUFLLFFBQVEsaUJBQWlCLEVBQUUsQ0FBQztBQUMxRSxVQUFJLFFBQVEsT0FBVyxRQUFPO0FBQzlCLFlBQU0sVUFBVSxNQUFNLElBQUlGLE9BQU0sUUFBUSxJQUFJLENBQUM7QUFDN0MsVUFBSSxZQUFZLFVBQWEsQ0FBQyxVQUFVQyxVQUFTLElBQUksQ0FBQyxFQUFHLFFBQU87QUFDaEUsYUFBT0UsWUFBV0MsTUFBSyxNQUFNLElBQUksQ0FBQyxJQUFJLEdBQUcsT0FBTyxJQUFJLE9BQU9ILFVBQVMsSUFBSSxDQUFDLENBQUMsS0FBSztBQUFBLElBQ2pGO0FBQUEsSUFDQSxLQUFLLE1BQU07QUFDVCxZQUFNLFFBQVEsZUFBZSxLQUFLLElBQUk7QUFDdEMsWUFBTSxRQUFRLFFBQVFBLFVBQVMsSUFBSSxJQUFJLGlCQUFpQixJQUFJO0FBQzVELFlBQU0sSUFBSSxPQUFPLElBQUk7QUFDckIsYUFBTyxRQUFRLEtBQUssS0FBSyxLQUFLLFlBQVksSUFBSTtBQUFBLElBQ2hEO0FBQUEsRUFDRjtBQUNBLFFBQU0sT0FBTyxDQUFDLFNBQWlCSSxjQUFhRCxNQUFLLE1BQU0sSUFBSSxHQUFHLE1BQU07QUFDcEUsUUFBTSxNQUFNLENBQUMsTUFBYyxNQUFjLGNBQWMsT0FBTztBQUM1RCxRQUFJLE1BQU0sSUFBSSxJQUFJLEVBQUcsT0FBTSxJQUFJLE1BQU0sdUJBQXVCLElBQUksRUFBRTtBQUNsRSxVQUFNLElBQUksTUFBTSxnQkFBZ0IsS0FBSyxPQUFPLEdBQUcsTUFBTSxFQUFFLFlBQVksQ0FBQyxDQUFDLEdBQUcsSUFBSSxFQUFFO0FBQUEsRUFDaEY7QUFFQSxNQUFJLFNBQVMsS0FBSyxPQUFPLEtBQUssV0FBVyxHQUFHLGFBQWEsTUFBTSxHQUFHLFFBQVEsQ0FBQztBQUMzRSxNQUFJLFlBQVksa0JBQWtCLFVBQVUsT0FBTyxDQUFDO0FBQ3BELE1BQUksV0FBVyxRQUFRLFFBQVEsQ0FBQztBQUNoQyxNQUFJLFlBQVksU0FBUyxRQUFRLENBQUM7QUFDbEMsTUFBSSxhQUFhLFVBQVUsUUFBUSxDQUFDO0FBQ3BDLGFBQVcsVUFBVSxTQUFTLEtBQUssR0FBRztBQUNwQyxRQUFJSCxVQUFTLE1BQU0sR0FBRyxPQUFPLEtBQUssR0FBRyxNQUFNLFlBQVksR0FBRyxHQUFHLE1BQU0sY0FBYyxNQUFNLENBQUM7QUFBQSxFQUMxRjtBQUNBLGFBQVcsV0FBVyxVQUFVO0FBQzlCLFFBQUksUUFBUSxNQUFNLFlBQVksU0FBUyxNQUFNLEdBQUcsUUFBUSxXQUFXO0FBQUEsRUFDckU7QUFDQSxhQUFXLEVBQUUsTUFBTSxNQUFNLFlBQVksS0FBSyxRQUFRO0FBQ2hELFFBQUksTUFBTSxPQUFPLEtBQUssR0FBRyxJQUFJLFlBQVksR0FBRyxHQUFHLElBQUksY0FBYyxNQUFNLEdBQUcsV0FBVztBQUFBLEVBQ3ZGO0FBQ0EsYUFBVyxTQUFTLE9BQVEsS0FBSUEsVUFBUyxPQUFPLEtBQUssR0FBRyxPQUFPLEtBQUssS0FBSyxHQUFHLE9BQU8sTUFBTSxDQUFDO0FBRTFGLE1BQUksS0FBSyxTQUFTLEVBQUcsT0FBTSxJQUFJLE1BQU07QUFBQSxFQUFnQixLQUFLLEtBQUssSUFBSSxDQUFDLEVBQUU7QUFFdEUsV0FBUyxRQUFRLFFBQXdCO0FBQ3ZDLFdBQU8sWUFBWSxLQUFLLEtBQUssR0FBRyxNQUFNLFlBQVksQ0FBQyxJQUFJLENBQUMsS0FBSztBQUFBLEVBQy9EO0FBQ0EsUUFBTUMsUUFBTyxDQUFDLFVBQWtCLEVBQUUsTUFBTSxNQUFNLE1BQU0sSUFBSSxJQUFJLEtBQUssRUFBRSxHQUFHLE1BQU0sSUFBSSxJQUFJLEdBQUc7QUFDdkYsUUFBTSxVQUFVO0FBQUEsSUFDZDtBQUFBLE1BQ0UsTUFBTTtBQUFBLE1BQ04sT0FBTyxDQUFDLFNBQVMsR0FBRyxPQUFPLElBQUksQ0FBQyxVQUFVRCxVQUFTLE9BQU8sS0FBSyxDQUFDLENBQUMsRUFBRSxJQUFJQyxLQUFJO0FBQUEsSUFDN0U7QUFBQSxJQUNBLEVBQUUsTUFBTSxtQkFBbUIsT0FBTyxDQUFDLFlBQVksWUFBWSxXQUFXLFdBQVcsRUFBRSxJQUFJQSxLQUFJLEVBQUU7QUFBQSxJQUM3RixHQUFHLE1BQU0sS0FBSyxVQUFVLENBQUMsQ0FBQyxRQUFRLEdBQUcsT0FBTztBQUFBLE1BQzFDLE1BQU0sUUFBUSxNQUFNO0FBQUEsTUFDcEIsTUFBTSxJQUFJRCxVQUFTLE1BQU0sQ0FBQztBQUFBLE1BQzFCLFdBQVc7QUFBQSxNQUNYLE9BQU8sSUFBSSxJQUFJLENBQUMsRUFBRSxLQUFLLE1BQU1DLE1BQUssSUFBSSxDQUFDO0FBQUEsSUFDekMsRUFBRTtBQUFBLElBQ0Y7QUFBQSxNQUNFLE1BQU07QUFBQSxNQUNOLE1BQU07QUFBQSxNQUNOLFdBQVc7QUFBQSxNQUNYLE9BQU8sT0FDSixPQUFPLENBQUMsRUFBRSxLQUFLLE1BQU0sQ0FBQyxDQUFDLFNBQVMsTUFBTSxFQUFFLFNBQVMsSUFBSSxDQUFDLEVBQ3RELElBQUksQ0FBQyxFQUFFLEtBQUssTUFBTUEsTUFBSyxJQUFJLENBQUM7QUFBQSxJQUNqQztBQUFBLEVBQ0Y7QUFDQSxTQUFPLEVBQUUsT0FBTyxPQUFPLFFBQVE7QUFDakM7QUFHTyxTQUFTLFVBQVUsRUFBRSxPQUFPLE1BQU0sR0FBUyxRQUFnQixPQUFlLE1BQVk7QUFDM0YsU0FBTyxRQUFRLEVBQUUsV0FBVyxNQUFNLE9BQU8sS0FBSyxDQUFDO0FBQy9DLFlBQVUsUUFBUSxFQUFFLFdBQVcsS0FBSyxDQUFDO0FBQ3JDLGFBQVcsQ0FBQyxNQUFNLElBQUksS0FBSyxNQUFPLENBQUFJLGVBQWNGLE1BQUssUUFBUSxHQUFHLElBQUksS0FBSyxHQUFHLElBQUk7QUFDaEYsYUFBVyxDQUFDLE9BQU8sSUFBSSxLQUFLLE9BQU87QUFDakMsY0FBVSxRQUFRQSxNQUFLLFFBQVEsS0FBSyxDQUFDLEdBQUcsRUFBRSxXQUFXLEtBQUssQ0FBQztBQUMzRCxXQUFPQSxNQUFLLE1BQU0sSUFBSSxHQUFHQSxNQUFLLFFBQVEsS0FBSyxDQUFDO0FBQUEsRUFDOUM7QUFDRjtBQUVBLFNBQVMsWUFBWSxXQUE2QixRQUF3QjtBQUN4RSxRQUFNLEVBQUUsTUFBTSxNQUFNLFFBQVEsUUFBUSxJQUFJO0FBQ3hDLFFBQU0sU0FBUztBQUFBLElBQ2JDLGNBQWFELE1BQUssUUFBUSxXQUFXLEdBQUcsTUFBTTtBQUFBLElBQzlDLEdBQUcsSUFBSTtBQUFBLElBQ1A7QUFBQSxFQUNGO0FBQ0EsUUFBTSxVQUFVLFVBQVUsU0FBUztBQUNuQyxRQUFNLFFBQVE7QUFBQSxJQUNaLElBQUksT0FBTyxPQUFPSCxVQUFTLFFBQVEsSUFBSSxDQUFDLENBQUM7QUFBQSxJQUN6QyxHQUFHLFFBQVEsUUFBUSxJQUFJLENBQUMsV0FBVyxJQUFJLE1BQU0sa0JBQWtCLE9BQU8sTUFBTSxDQUFDLEdBQUc7QUFBQSxJQUNoRixJQUFJLFFBQVEsWUFBWSxDQUFDLEdBQUcsSUFBSSxDQUFDLE9BQU8sY0FBYyxTQUFTLEVBQUUsQ0FBQyxtQkFBbUIsRUFBRSxHQUFHO0FBQUEsRUFDNUY7QUFDQSxRQUFNLE9BQU8sUUFBUSxTQUFTLElBQUksQ0FBQyxZQUFZLEdBQUcsUUFBUSxJQUFJLEtBQUs7QUFDbkUsUUFBTSxVQUFVTSxhQUFZLE1BQU0sRUFBRSxPQUFPLENBQUMsU0FBUyxVQUFVLElBQUksS0FBSyxDQUFDLEtBQUssU0FBUyxJQUFJLENBQUM7QUFDNUYsUUFBTSxXQUFXLENBQUMsR0FBRyxNQUFNLEdBQUcsUUFBUSxLQUFLLENBQUMsRUFBRSxJQUFJLENBQUMsU0FBUztBQUMxRCxVQUFNLE9BQU9GLGNBQWFELE1BQUssUUFBUSxJQUFJLEdBQUcsTUFBTSxFQUFFLFFBQVE7QUFDOUQsV0FBTyxPQUFPLElBQUksTUFBTSxPQUFPLElBQUksQ0FBQztBQUFBO0FBQUE7QUFBQSxFQUd0QyxJQUFJO0FBQUE7QUFBQTtBQUFBLEdBR0gsSUFBSSxtQkFBbUIsT0FBTyxLQUFLLEdBQUcsSUFBSSxJQUFJLElBQUksRUFBRSxDQUFDO0FBQUE7QUFBQSxFQUV0RCxDQUFDO0FBQ0QsUUFBTSxRQUFRLFFBQVEsUUFBUSxDQUFDLEdBQUcsSUFBSSxDQUFDLFVBQVU7QUFDL0MsVUFBTSxPQUFPSixPQUFNLEtBQUssTUFBTSxLQUFLO0FBQ25DLFdBQU8sSUFBSUMsVUFBUyxJQUFJLENBQUMsS0FBSyxPQUFPLEtBQUssSUFBSSxDQUFDO0FBQUEsRUFDakQsQ0FBQztBQUNELFNBQU8sR0FBRyxPQUFPLFFBQVEsV0FBVyxDQUFDLFNBQVMsR0FBRyxJQUFJO0FBQUE7QUFBQTtBQUFBO0FBQUEsRUFBOEIsTUFBTSxLQUFLLFFBQUssQ0FBQztBQUFBO0FBQUEsT0FBWSxDQUFDO0FBQUE7QUFBQTtBQUFBLEVBR2pILFNBQVMsS0FBSyxJQUFJLENBQUM7QUFBQTtBQUFBO0FBQUE7QUFBQSw2QkFJUSxJQUFJLGlCQUFpQixJQUFJO0FBQUEsUUFDOUMsSUFBSTtBQUFBO0FBQUE7QUFBQSxFQUdWLEtBQUssV0FBVyxJQUFJLEtBQUssaUJBQWlCLEtBQUssS0FBSyxJQUFJLENBQUMsNEJBQTRCLGdEQUFnRCxJQUFJO0FBQUE7QUFFM0k7QUFHQSxTQUFTLEtBQUssUUFBZ0IsVUFBK0M7QUFDM0UsUUFBTSxDQUFDLEVBQUUsT0FBTyxFQUFFLElBQUkseUJBQXlCLEtBQUssTUFBTSxLQUFLLENBQUM7QUFDaEUsUUFBTSxDQUFDLEVBQUUsVUFBVSxFQUFFLElBQUksdUNBQXVDLEtBQUssTUFBTSxLQUFLLENBQUM7QUFDakYsU0FBTyxHQUFHLE1BQU07QUFBQSxJQUNkLFFBQVE7QUFBQSxJQUNSLE9BQU87QUFBQSxJQUNQLGVBQWU7QUFBQSxJQUNmLGFBQWEsS0FBSyxXQUFXLE1BQU0sR0FBRztBQUFBLElBQ3RDLE1BQU07QUFBQSxNQUNKLE1BQU07QUFBQSxNQUNOLE1BQU07QUFBQSxNQUNOLFNBQVMsS0FBSyxXQUFXLE1BQU0sR0FBRztBQUFBLE1BQ2xDLFNBQVM7QUFBQSxRQUNQLEVBQUUsT0FBTyxTQUFTLE1BQU0sb0JBQWUsTUFBTSxZQUFZO0FBQUEsUUFDekQsRUFBRSxPQUFPLE9BQU8sTUFBTSxnQkFBZ0IsTUFBTSxZQUFZO0FBQUEsUUFDeEQsRUFBRSxPQUFPLE9BQU8sTUFBTSxlQUFlLE1BQU0sU0FBUztBQUFBLE1BQ3REO0FBQUEsSUFDRjtBQUFBLElBQ0EsVUFBVSxXQUFXLFFBQVEsRUFBRSxJQUFJLENBQUMsRUFBRSxJQUFJLE1BQU0sSUFBSSxPQUFPO0FBQUEsTUFDekQsT0FBTyxLQUFLLE9BQU8sQ0FBQyxFQUFFLFlBQVksSUFBSSxLQUFLLE1BQU0sQ0FBQztBQUFBLE1BQ2xELFNBQ0UsSUFDRyxJQUFJLENBQUMsRUFBRSxLQUFLLE1BQU0sSUFBSSxFQUN0QixNQUFNLEdBQUcsQ0FBQyxFQUNWLEtBQUssSUFBSSxLQUFLLElBQUksU0FBUyxJQUFJLFlBQU87QUFBQSxNQUMzQyxNQUFNLGFBQWEsRUFBRTtBQUFBLElBQ3ZCLEVBQUU7QUFBQSxFQUNKLENBQUMsQ0FBQztBQUFBLEVBQ0YsT0FBTztBQUNUO0FBR0EsU0FBUyxNQUFNLE1BQXNCO0FBQ25DLFNBQU87QUFBQSxFQUFRLEtBQUssVUFBVSxJQUFJLENBQUM7QUFBQTtBQUFBO0FBQUE7QUFDckM7QUFFQSxTQUFTLE1BQU0sTUFBc0I7QUFDbkMsU0FBTyxZQUFZLEtBQUssSUFBSSxJQUFJLENBQUMsR0FBRyxXQUFXLEtBQUssRUFBRSxLQUFLO0FBQzdEO0FBRUEsU0FBUyxVQUFVLE1BQXVCO0FBQ3hDLFNBQU8sbUJBQW1CLEtBQUssSUFBSTtBQUNyQztBQUVPLFNBQVMsT0FBTyxNQUFzQjtBQUMzQyxTQUFPLEtBQUssWUFBWSxFQUFFLFdBQVcsS0FBSyxHQUFHO0FBQy9DOzs7QUZqTzJKLElBQU1PLDRDQUEyQztBQUs1TSxJQUFNLE9BQU87QUFFYixJQUFNLE9BQU8sU0FBUztBQUN0QixVQUFVLE1BQU1DLGVBQWMsSUFBSSxJQUFJLFlBQVlELHlDQUFlLENBQUMsQ0FBQztBQUVuRSxJQUFPLGlCQUFRLGFBQWE7QUFBQSxFQUMxQixPQUFPO0FBQUEsRUFDUCxhQUFhO0FBQUEsRUFDYixNQUFNO0FBQUEsRUFDTixRQUFRO0FBQUEsRUFDUixRQUFRO0FBQUEsRUFDUixNQUFNLFFBQVEsSUFBSSxhQUFhLGVBQWUsT0FBTztBQUFBLEVBQ3JELE1BQU07QUFBQSxJQUNKLENBQUMsVUFBVSxDQUFDLEdBQUcsV0FBVztBQUFBLElBQzFCLENBQUMsUUFBUSxFQUFFLEtBQUssUUFBUSxNQUFNLHNCQUFzQixtQkFBbUIsSUFBSSxDQUFDLEdBQUcsQ0FBQztBQUFBLEVBQ2xGO0FBQUEsRUFDQSxhQUFhO0FBQUEsSUFDWCxLQUFLO0FBQUEsTUFDSCxFQUFFLE1BQU0sb0JBQWUsTUFBTSxZQUFZO0FBQUEsTUFDekMsRUFBRSxNQUFNLFlBQVksTUFBTSxZQUFZO0FBQUEsTUFDdEMsRUFBRSxNQUFNLFdBQVcsTUFBTSxTQUFTO0FBQUEsSUFDcEM7QUFBQSxJQUNBLFNBQVMsS0FBSztBQUFBLElBQ2QsU0FBUyxDQUFDLEdBQUcsQ0FBQztBQUFBLElBQ2QsUUFBUSxFQUFFLFVBQVUsUUFBUTtBQUFBLEVBQzlCO0FBQUEsRUFDQSxVQUFVO0FBQUEsSUFDUixPQUFPLEVBQUUsT0FBTyw4QkFBOEIsTUFBTSw0QkFBNEI7QUFBQSxFQUNsRjtBQUFBLEVBQ0EsVUFBVSxDQUFDLEVBQUUsT0FBTyxNQUFNLGFBQWEsTUFBTTtBQUMvQyxDQUFDOyIsCiAgIm5hbWVzIjogWyJmaWxlVVJMVG9QYXRoIiwgImV4aXN0c1N5bmMiLCAicmVhZGRpclN5bmMiLCAicmVhZEZpbGVTeW5jIiwgIndyaXRlRmlsZVN5bmMiLCAiYmFzZW5hbWUiLCAiam9pbiIsICJwb3NpeCIsICJyZWFkZGlyU3luYyIsICJyZWFkRmlsZVN5bmMiLCAiam9pbiIsICJqb2luIiwgInJlYWRkaXJTeW5jIiwgInJlYWRGaWxlU3luYyIsICJiYXNlbmFtZSIsICJiYXNlbmFtZSIsICJ0aXRsZSIsICJqb2luIiwgImxpbmsiLCAicGFnZSIsICJqb2luIiwgInBvc2l4IiwgImJhc2VuYW1lIiwgImxpbmsiLCAiZXhpc3RzU3luYyIsICJqb2luIiwgInJlYWRGaWxlU3luYyIsICJ3cml0ZUZpbGVTeW5jIiwgInJlYWRkaXJTeW5jIiwgIl9fdml0ZV9pbmplY3RlZF9vcmlnaW5hbF9pbXBvcnRfbWV0YV91cmwiLCAiZmlsZVVSTFRvUGF0aCJdCn0K
