import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Stage } from "@tx0mq/smoke";
import { deadLinks } from "./links.ts";

const DIST = fileURLToPath(new URL("../dist", import.meta.url));

test("a link to a file or a place that is not there is dead", (t) => {
  const { folder } = new Stage(t, import.meta.url);
  mkdirSync(join(folder, "source"));
  writeFileSync(join(folder, "source/a.txt"), "");
  writeFileSync(join(folder, "index.html"), `<a href="./a.html#here">`);
  writeFileSync(
    join(folder, "a.html"),
    `<h2 id="here"><a href="#here"><a href="./"><a href="source/a.txt"><a href="https://example.com/#x">
    <a href="#there"><a href="./a.html#There"><a href="index.html#here"><a href="b.html"><a href="./source/b.txt">
    <script>' href="c.html"'</script>`,
  );
  assert.deepEqual(deadLinks(folder), [
    "a.html: #there",
    "a.html: ./a.html#There",
    "a.html: index.html#here",
    "a.html: b.html",
    "a.html: ./source/b.txt",
  ]);
});

test("no link of the site is dead", () => {
  assert.deepEqual(deadLinks(DIST), []);
});
