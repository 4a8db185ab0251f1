import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitepress";
import { BASE, HERE_SCRIPT, moveAnywhere } from "../src/anywhere.ts";
import { makeCode } from "../src/code.ts";
import { deadLinks } from "../src/links.ts";
import { asWritten, firstSentence } from "../src/markdown.ts";
import { readReference, writeReference } from "../src/reference.ts";
import { wordsOf } from "../src/search.ts";
import { makeSite, writeSite } from "../src/site.ts";

const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" fill="none" stroke="#b3241d" stroke-width="5"><circle cx="16" cy="16" r="10"/><path d="M7 27 25 5"/></svg>`;

/** Paper is white: a page that is shown dark is printed light. */
const PRINT_SCRIPT = `{
  const { classList } = document.documentElement;
  let dark = false;
  addEventListener("beforeprint", () => {
    dark = classList.contains("dark");
    classList.remove("dark");
  });
  addEventListener("afterprint", () => classList.toggle("dark", dark));
}`;

const PAGES = fileURLToPath(new URL("../pages", import.meta.url));
rmSync(PAGES, { recursive: true, force: true });
await writeReference(PAGES);
const site = makeSite(readReference(PAGES));
writeSite(site, PAGES);

const { highlight, style } = await makeCode();

export default defineConfig({
  title: "tx0mq",
  description: "ZeroMQ sockets as citizens of Node's event loop, and the guide's examples",
  lang: "en",
  srcDir: "pages",
  outDir: "dist",
  base: process.env.NODE_ENV === "production" ? BASE : "/",
  head: [
    ["script", {}, HERE_SCRIPT],
    ["script", {}, PRINT_SCRIPT],
    ["style", {}, style],
    ["link", { rel: "icon", href: `data:image/svg+xml,${encodeURIComponent(ICON)}` }],
  ],
  themeConfig: {
    nav: [
      { text: "Guides", link: "/first-steps" },
      { text: "I want to …", link: "/patterns" },
      { text: "Examples", link: "/examples" },
      { text: "Library", link: "/tx0mq" },
      { text: "Reference", link: "/api" },
    ],
    sidebar: site.sidebar,
    outline: [2, 3],
    search: {
      provider: "local",
      options: { miniSearch: { searchOptions: { tokenize: wordsOf } } },
    },
  },
  markdown: { highlight, config: asWritten },
  // Search engines show it below a page's title.
  transformPageData({ description, filePath }) {
    const text = description || firstSentence(readFileSync(join(PAGES, filePath), "utf8"));
    return { description: text.replaceAll('"', "'") }; // VitePress writes it as it is between two "
  },
  buildEnd({ outDir }) {
    moveAnywhere(outDir);
    const dead = deadLinks(outDir);
    if (dead.length > 0) throw new Error(`dead links:\n${dead.join("\n")}`);
  },
});
