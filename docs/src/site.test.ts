import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import * as library from "tx0mq";
import * as commandLine from "tx0mq/flags";
import * as threads from "tx0mq/thread";
import { ROOT, readExamples, readWorkspaces } from "../../scripts/workspaces.ts";
import { BASE } from "./anywhere.ts";
import { patternsOf } from "./indexes.ts";
import { hashOf, recordingOf } from "./record/recording.ts";
import { readReference } from "./reference.ts";
import { inAShell } from "./site.ts";

const DIST = fileURLToPath(new URL("../dist", import.meta.url));
const PAGES = fileURLToPath(new URL("../pages", import.meta.url));
const page = (name: string) => readFileSync(join(PAGES, `${name}.md`), "utf8");

/** Which pages the side bar leads to. */
function listed(): string[] {
  const html = readFileSync(join(DIST, "examples.html"), "utf8");
  const [sidebar = ""] = /<aside class="VPSidebar"[\s\S]*?<\/aside>/.exec(html) ?? [];
  return Array.from(sidebar.matchAll(/ href="\.\/([^"]*)\.html"/g), ([, name = ""]) => name);
}

test("every workspace has a page, in the side bar too, and it has been built", () => {
  const all = listed();
  for (const { name } of readWorkspaces()) {
    assert.match(page(name), /^# \S/m, name);
    assert(all.includes(name), `${name} is not in the side bar`);
    assert(existsSync(join(DIST, `${name}.html`)), `${name}.html`);
  }
});

test("every guide has a page, in the side bar too", () => {
  const all = listed();
  const guides = readdirSync(fileURLToPath(new URL("../guides", import.meta.url)));
  const files = guides.filter((file) => file.endsWith(".md"));
  for (const name of [...files, "architecture.md", "without-libzmq.md", "performance.md"]) {
    assert(all.includes(name.replace(".md", "")), `${name} is not in the side bar`);
  }
});

test("every example is in the indexes, in the guide's order, with all its programs", () => {
  const examples = readExamples();
  const order = examples.map(({ name }) => page("examples").indexOf(`](./${name}.md)`));
  assert.deepEqual(
    order,
    order.toSorted((a, b) => a - b),
  );
  assert(!order.includes(-1));
  for (const { name, example } of examples) {
    for (const socket of example.sockets) {
      const [, section = ""] = page("sockets").split(`## ${socket} `);
      assert.match(section, new RegExp(`\\./${name}\\.md`), `${name} at ${socket}`);
    }
    assert.match(page("patterns"), new RegExp(`\\./${name}\\.md`), name);
    assert.match(page("originals"), new RegExp(`\\./${name}\\.md`), name);
    for (const program of example.programs)
      assert.match(page(name), new RegExp(`^### ${program.name}\\.ts`, "m"));
    assert(page(name).includes(`npm create tx0mq@latest my-${name} -- --example ${name}\n`));
  }
});

test("every example's page shows a run of the code that is there", () => {
  for (const workspace of readExamples()) {
    const { name } = workspace;
    const recording = recordingOf(workspace);
    assert(recording, `${name} is not recorded: npm run docs:record ${name}`);
    assert.equal(
      recording.hash,
      hashOf(workspace),
      `${name} has changed: npm run docs:record ${name}`,
    );
    const [, run = ""] = /^## A run \{#run\}\n([\s\S]*?)^## Programs/m.exec(page(name)) ?? [];
    assert(run.includes(`\n$ ${inAShell(recording.start)}\n`), name);
    assert.doesNotMatch(run, /^\$ (tsx|tx0mq-run)|[&|] (tsx|tx0mq-run)/m, "no shell finds it");
    assert(run.includes(recording.output.join("\n")), name);
    assert.match(
      run,
      recording.steps.some((step) => "from" in step) ? /<svg/ : /No messages of ZeroMQ went/,
      name,
    );
  }
});

test("the reference has all that the library exports, and examples link to what they import", () => {
  const pages = readReference(DIST);
  for (const name of Object.keys({ ...library, ...commandLine, ...threads })) {
    assert(pages.has(name), name);
  }
  assert.match(
    readFileSync(join(DIST, "api.Class.ZmqRepConnection.html"), "utf8"),
    /Replies to each request with what the handler returns/,
  );
  assert(!existsSync(join(DIST, "reference.html")), "a page that nothing leads to");
  for (const [name, what] of [
    ["Class.ZmqConnection", /Waits until <code>count<\/code> peers are there/],
    ["Interface.DealerOptions", /ZMQ_PROBE_ROUTER/],
    ["Interface.PubOptions", /ZMQ_XPUB_NODROP/],
  ] as const) {
    assert.match(readFileSync(join(DIST, `api.${name}.html`), "utf8"), what);
  }
  assert.match(
    page("api.Class.ZmqXREQConnection"),
    /\n#### Throws\n\n\[ZmqTimeoutError\]\(.*\) when the reply did not come in time\n/,
  );
  const authenticator = page("api.Class.ZmqAuthenticator");
  assert.match(
    authenticator,
    /^\| `domain\?` \| `string` \| a `zapDomain`; .*; default: `"\*"` \|$/m,
  );
  assert.doesNotMatch(authenticator, /`undefined` \|/);
  for (const name of ["Class.ZmqRouterConnection", "Function.poll", "TypeAlias.Message"]) {
    assert(page("majordomo").includes(`](./api.${name}.md)`), name);
  }
});

test("each page is described in words of its own", () => {
  const pages = new Map<string, string>();
  for (const file of readdirSync(DIST)) {
    if (!file.endsWith(".html") || file === "404.html") continue;
    const html = readFileSync(join(DIST, file), "utf8");
    const [, text = ""] = /<meta name="description" content="([^"]*)">\n/.exec(html) ?? [];
    assert(text !== "" && !/^ZeroMQ sockets as citizens .*, and the guide's/.test(text), file);
    // ZmqEndpointType is a type and its values: one thing, of two pages.
    const name = file.replace(/^api\.(TypeAlias|Variable)\./, "");
    assert.equal(pages.get(text) ?? name, name, text);
    pages.set(text, name);
  }
});

test("the README's table has the patterns that there are, with examples of them", () => {
  const readme = readFileSync(join(ROOT, "README.md"), "utf8");
  const [, table = ""] = /^## The patterns\n\n((?:\|.*\n)+)/m.exec(readme) ?? [];
  const rows = table
    .split("\n")
    .slice(2, -1)
    .map((row) => row.split("|").map((it) => it.trim()));
  const all = patternsOf(readExamples());
  assert.deepEqual(
    rows.map(([, wish]) => wish),
    all.map(({ wish }) => wish),
  );
  for (const [index, [, wish, links = ""]] of rows.entries()) {
    for (const [, name] of links.matchAll(/\[(.*?)\]/g))
      assert(
        all[index]?.its.some((it) => it.name === name),
        `${wish}: ${name}`,
      );
  }
});

test("what is built names no folder that it has to lie in", () => {
  for (const file of readdirSync(DIST, { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".html")) continue;
    const tags = readFileSync(join(DIST, file), "utf8").replace(/(<script[^>]*>)[^<]*/g, "$1");
    assert.doesNotMatch(tags, new RegExp(`${BASE}|(href|src)="/`), file);
  }
});
