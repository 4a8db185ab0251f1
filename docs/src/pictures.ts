// Takes pictures of the built site: npm run docs:pictures, at the root.
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { DIST, FOLDER, findChromium, serve } from "./serve.ts";

const SCREENSHOTS = fileURLToPath(new URL("../screenshots", import.meta.url));
/** What is looked at before a change of the site's looks is called done. */
const PAGES = [
  "index",
  "load-balancing-broker",
  "patterns",
  "tx0mq",
  "api",
  "api.Class.ZmqXREQConnection",
];

const executablePath = findChromium();
if (executablePath === undefined) throw new Error("there is no Chromium in PATH");
const [all] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
const { server, origin } = await serve();

async function take(
  file: string,
  page: string,
  colorScheme: "light" | "dark",
  width: number,
  height: number,
): Promise<void> {
  const context = await browser.newContext({
    colorScheme,
    viewport: { width, height },
    reducedMotion: "reduce",
  });
  const tab = await context.newPage();
  await tab.goto(`${origin}${FOLDER}${page}.html`);
  await tab.waitForFunction(() => "__vue_app__" in (document.querySelector("#app") ?? {}));
  await tab.screenshot({ path: file });
  console.log(file);
  await context.close();
}

try {
  if (all === undefined) {
    await take(join(SCREENSHOTS, "home.png"), "index", "light", 1280, 760);
    await take(join(SCREENSHOTS, "home-dark.png"), "index", "dark", 1280, 760);
  } else {
    mkdirSync(all, { recursive: true });
    for (const page of PAGES.filter((it) => existsSync(join(DIST, `${it}.html`)))) {
      for (const scheme of ["light", "dark"] as const) {
        for (const width of [1280, 390]) {
          await take(join(all, `${page}-${scheme}-${width}.png`), page, scheme, width, 1600);
        }
      }
    }
  }
} finally {
  await browser.close();
  server.close();
}
