import assert from "node:assert/strict";
import { test } from "node:test";
import { createMarkdownRenderer } from "vitepress";
import { ROOT } from "../../scripts/workspaces.ts";
import { asWritten, firstSentence, type Places, toPage, withReference } from "./markdown.ts";

const dead: string[] = [];
const copied: string[] = [];
const places: Places = {
  root: ROOT,
  page: (path) => (path === "docs" ? "./docs.md" : undefined),
  dead: (link) => dead.push(link),
  copy: (path) => {
    copied.push(path);
    return `./source/${path}`;
  },
};
const page = (text: string) => toPage(text, "docs/src/README.md", places);

test("links lead to pages, or to copies of files", () => {
  assert.equal(page("[a](..) [b](../#c) [d](#d)"), "[a](./docs.md) [b](./docs.md#c) [d](#d)");
  assert.equal(page("[web](https://example.com/a)"), "[web](https://example.com/a)");
  assert.equal(page("[licence](../../LICENSE)"), "[licence](./source/LICENSE)");
  assert.deepEqual(copied, ["LICENSE"]);
});

test("a link keeps its title", () => {
  assert.equal(
    page("[a](.. \"b c\") [d](../#e 'f')"),
    "[a](./docs.md \"b c\") [d](./docs.md#e 'f')",
  );
});

test("a link to nothing, or to a folder without a page, is dead", () => {
  page('[a](nothing.ts) [b](../../scripts) [c](no.ts "c")');
  const links = ["nothing.ts", "../../scripts", "no.ts"];
  assert.deepEqual(
    dead,
    links.map((link) => `docs/src/README.md: ${link}`),
  );
});

test("code stays as it is, and diagrams are drawn", () => {
  const code = "```ts\nconst a = [b](nothing.ts);\n```";
  assert.equal(page(code), code);
  assert.match(
    page("```mermaid\nflowchart LR\n  a --> b\n```\n"),
    /^<figure class="diagram" tabindex="0" v-pre><svg .*<\/svg><\/figure>\n$/,
  );
});

test("a page is about what its first sentence says, in words alone", () => {
  assert.equal(
    firstSentence(
      "# A\n\n> **b**: `c`\n\nWaits for [`d`](./e.md) on `tcp://*:5555`, **as\nf** (1.2). More.\n",
    ),
    "Waits for d on tcp://*:5555, as f (1.2).",
  );
  assert.equal(firstSentence("# A\n\nAs here:\n\n```ts\nb\n```\n"), "As here.");
});

test("names lead into the reference, unless they are others' names", () => {
  const linked = (text: string) => withReference(text, new Map([["poll", "api.Function.poll"]]));
  assert.equal(
    linked("`poll` [`poll`](a.md) `polls`"),
    "[`poll`](./api.Function.poll.md) [`poll`](a.md) `polls`",
  );
  assert.equal(
    linked("| there | here |\n| `poll` | `poll` |\n\n| `poll` | |"),
    "| there | here |\n| `poll` | [`poll`](./api.Function.poll.md) |\n\n| [`poll`](./api.Function.poll.md) | |",
  );
  for (const same of ["# `poll`", "```ts\n`poll`\n```"]) assert.equal(linked(same), same);
});

test("braces are not for scripts, and a heading's link is named by its words", async () => {
  const markdown = await createMarkdownRenderer(ROOT, {
    config: asWritten,
    highlight: (code) => code,
  });
  const html = markdown.render("## [`a` b](./c.md) {#d}\n\nThe {{ e }} and `{{ f }}`.");
  assert.doesNotMatch(html, /\{\{/);
  assert.equal(html.replace(/<[^>]*>/g, "").split("&#123; ").length, 3);
  assert.match(html, /<h2 id="d".* aria-label="Permalink to &quot;a b&quot;">/);
});
