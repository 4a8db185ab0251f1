// The built site in a real browser, below a folder whose name the build did not know.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { DIST, FOLDER, findChromium, serve } from "./serve.ts";

const executablePath = findChromium();
const options = executablePath === undefined ? { skip: "there is no Chromium" } : {};

const browser =
  executablePath && (await chromium.launch({ executablePath, args: ["--no-sandbox"] }));
const { server, origin } = await serve();
after(async () => {
  if (browser) await browser.close();
  server.close();
});

/** Gives a test a page on which nothing may fail, and which may ask nobody else. */
async function visit(
  path: string,
  look: (page: Page) => Promise<void>,
  settings: BrowserContextOptions = {},
): Promise<void> {
  assert(browser);
  const context = await browser.newContext(settings);
  const page = await context.newPage();
  const wrong: string[] = [];
  page.on("pageerror", (error) => wrong.push(error.message));
  page.on("response", (answer) => {
    if (!answer.ok()) wrong.push(`${answer.status()} ${answer.url()}`);
  });
  page.on("request", (request) => {
    if (!/^data:/.test(request.url()) && !request.url().startsWith(origin + FOLDER))
      wrong.push(request.url());
  });
  await page.goto(`${origin}${FOLDER}${path}`);
  await page.waitForFunction(() => "__vue_app__" in (document.querySelector("#app") ?? {}));
  await look(page);
  assert.deepEqual(wrong, []);
  await context.close();
}

async function find(page: Page, words: string): Promise<void> {
  await page.keyboard.press("Control+k");
  await page.fill(".VPLocalSearchBox input", words);
}

test("search finds a program, and goes there by keyboard", options, () =>
  visit("", async (page) => {
    await find(page, "lbbroker");
    await page.waitForSelector(".VPLocalSearchBox .result.selected:has-text('lbbroker.ts')");
    await page.keyboard.press("Enter");
    await page.waitForURL(`${origin}${FOLDER}load-balancing-broker.html#lbbroker-ts`);
    await page.waitForSelector("h1:has-text('Load-balancing broker')");
  }),
);

test("search finds what a page is about", options, () =>
  visit("majordomo.html", async (page) => {
    await find(page, "heartbeat");
    await page.waitForSelector(".VPLocalSearchBox .result:has-text('Paranoid Pirate')");
  }),
);

test("one leafs from page to page, and links lead on from there", options, () =>
  visit("hello-world.html", async (page) => {
    await page.click(".pager-link.next");
    await page.waitForURL(/\/version\.html$/);
    await page.click(".facts a >> nth=0");
    await page.waitForURL(`${origin}${FOLDER}chapter1.html`);
    await page.click(".vp-doc a:text-is('weather')");
    await page.waitForSelector("h1:has-text('Weather')");
  }),
);

test("copy copies a program as it is", options, () =>
  visit(
    "hello-world.html",
    async (page) => {
      const block = page.locator("#hwserver-ts + div");
      await block.hover();
      await block.locator("button.copy").click();
      await block.locator("button.copied").waitFor();
      const copy = await page.evaluate(() => navigator.clipboard.readText());
      const file = new URL(
        "../../examples/zguide/chapter1/hello-world/hwserver.ts",
        import.meta.url,
      );
      assert.equal(copy.trimEnd(), readFileSync(file, "utf8").trimEnd());
    },
    { permissions: ["clipboard-read", "clipboard-write"] },
  ),
);

test("the source is there as plain text", options, () =>
  visit("hello-world.html", async (page) => {
    const href = await page.getAttribute("a:text-is('hwserver.ts as plain text')", "href");
    const answer = await page.request.get(new URL(href ?? "", page.url()).href);
    assert.match(await answer.text(), /^\/\/ Hello World server/);
  }),
);

test(
  "without a server and without scripts, a page can be read, diagrams too",
  options,
  async () => {
    assert(browser);
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(pathToFileURL(join(DIST, "load-balancing-broker.html")).href);
    const diagram = page.locator(".diagram svg").first();
    assert.match((await diagram.textContent()) ?? "", /ROUTER\s*binds ipc:\/\/frontend\.ipc/);
    const box = await diagram.boundingBox();
    assert(box !== null && box.width > 200 && box.height > 50);
    await page.click(".vp-doc a:text-is('load-balancing-broker-reactor')");
    assert.match((await page.textContent("h1")) ?? "", /as a reactor/);
    await context.close();
  },
);

test("a page shows a run: its output, and a diagram of who sent what to whom", options, () =>
  visit("hello-world.html", async (page) => {
    const output = page.locator("#run ~ div.language-text").first();
    assert.match((await output.textContent()) ?? "", /\[hwclient\] Received World 9/);
    const diagram = page.locator("#run ~ .diagram svg").first();
    const drawn = (await diagram.textContent()) ?? "";
    for (const text of [
      /hwserver\s*REP/,
      /hwclient\s*REQ/,
      /binds tcp:\/\/\*:5555/,
      /Hello\s*World/,
      /… 14 more/,
    ])
      assert.match(drawn, text);
    const box = await diagram.boundingBox();
    assert(box !== null && box.width > 200 && box.height > 300);
  }),
);

const PAGES = [
  "load-balancing-broker.html",
  "patterns.html",
  "security.html",
  "from-pyzmq.html",
  "api.Class.ZmqXREPConnection.html",
];
const axe = createRequire(import.meta.url).resolve("axe-core");
for (const colorScheme of ["light", "dark"] as const) {
  for (const width of [1280, 390]) {
    test(`axe finds nothing serious, ${colorScheme}, ${width} pixels wide`, options, async () => {
      for (const path of ["", ...PAGES]) {
        const look = async (page: Page) => {
          await page.addScriptTag({ content: readFileSync(axe, "utf8") });
          const found = await page.evaluate(async () => {
            const { violations } = await (
              globalThis as unknown as { axe: typeof import("axe-core") }
            ).axe.run({
              // "Search" is the search button's name, and "Search K" what can be read on it.
              rules: { "label-content-name-mismatch": { enabled: false } },
            });
            return violations
              .filter(({ impact }) => impact === "serious" || impact === "critical")
              .map(
                ({ id, nodes }) =>
                  `${id}: ${nodes
                    .slice(0, 3)
                    .map(({ html }) => html)
                    .join(" ")}`,
              );
          });
          assert.deepEqual(found, [], path);
          assert.equal(
            await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth),
            true,
            `${path} is wider than the window`,
          );
        };
        await visit(path, look, { colorScheme, viewport: { width, height: 900 } });
      }
    });
  }
}
