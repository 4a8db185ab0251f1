// The built site in a real browser, below a folder whose name the build did not know.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { chromium, type Page, type Request, type Response } from "playwright-core";
import { DIST, FOLDER, findChromium, serve } from "./serve.ts";

const executablePath = findChromium();
const options = executablePath === undefined ? { skip: "there is no Chromium" } : {};

const browser =
  executablePath &&
  (await chromium.launch({
    executablePath,
    // It reaches this machine only: on its own account it would ask for updates.
    args: ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"],
  }));
// One for all visits: what a browser does for each new one, with nothing compiled yet, costs more than a visit.
const page =
  browser &&
  (await browser.newPage({
    permissions: ["clipboard-read", "clipboard-write"],
    reducedMotion: "reduce",
  }));
const { server, origin } = await serve();
after(async () => {
  if (browser) await browser.close();
  server.close();
});

interface Setting {
  readonly colorScheme: "light" | "dark";
  readonly width: number;
}

/** Shows what the page has, and what it will have, in other colours and another width. */
async function set({ colorScheme, width }: Setting): Promise<void> {
  assert(page);
  await page.emulateMedia({ colorScheme });
  await page.setViewportSize({ width, height: 900 });
  // The page is told of both before its next frame: when the one after that begins, it is drawn.
  await page.evaluate(
    () =>
      new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(() => drawn(true)))),
  );
}

/** Gives a test a page on which nothing may fail, and which may ask nobody else. */
async function visit(
  path: string,
  look: (page: Page) => Promise<void>,
  setting: Setting = { colorScheme: "light", width: 1280 },
): Promise<void> {
  assert(page);
  const wrong: string[] = [];
  const failed = (error: Error) => wrong.push(error.message);
  const answered = (answer: Response) => {
    if (!answer.ok()) wrong.push(`${answer.status()} ${answer.url()}`);
  };
  const asked = (request: Request) => {
    if (!/^data:/.test(request.url()) && !request.url().startsWith(origin + FOLDER))
      wrong.push(request.url());
  };
  page.on("pageerror", failed).on("response", answered).on("request", asked);
  try {
    await set(setting);
    await page.goto(`${origin}${FOLDER}${path}`);
    await page.waitForFunction(() => "__vue_app__" in (document.querySelector("#app") ?? {}));
    await look(page);
    assert.deepEqual(wrong, []);
  } finally {
    page.off("pageerror", failed).off("response", answered).off("request", asked);
  }
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

test("search finds what a question is about", options, () =>
  visit("", async (page) => {
    await find(page, "how to set ZMQ_RCVHWM");
    await page.waitForSelector(
      ".VPLocalSearchBox .result.selected:has-text('receiveHighWaterMark')",
    );
  }),
);

test("search finds what others call by another name", options, () =>
  visit("", async (page) => {
    for (const [words, wish] of [
      ["retry", "survive a dead server"],
      ["broadcast", "tell many at once"],
      ["worker pool", "distribute work"],
      ["backpressure", "cope with slow readers"],
      ["encryption", "keep others out"],
      ["slow joiner", "start and stop in order"],
    ] as const) {
      await find(page, words);
      await page.waitForSelector(`.VPLocalSearchBox .result:has-text('… ${wish}')`);
      await page.keyboard.press("Escape");
    }
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
  visit("hello-world.html", async (page) => {
    const block = page.locator("#hwserver-ts + div");
    await block.hover();
    await block.locator("button.copy").click();
    await block.locator("button.copied").waitFor();
    const copy = await page.evaluate(() => navigator.clipboard.readText());
    const file = new URL("../../examples/zguide/chapter1/hello-world/hwserver.ts", import.meta.url);
    assert.equal(copy.trimEnd(), readFileSync(file, "utf8").trimEnd());
  }),
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

test("a page that is shown dark is printed dark on white, and is dark again", options, () => {
  const look = async (page: Page) => {
    const colours = () => {
      const { backgroundColor, color } = getComputedStyle(document.body);
      return [backgroundColor, color];
    };
    const shown = await page.evaluate(colours);
    const printed = page.evaluate(
      () =>
        new Promise((printed) =>
          addEventListener("beforeprint", () => {
            const { backgroundColor, color } = getComputedStyle(document.body);
            printed([backgroundColor, color]);
          }),
        ),
    );
    await page.pdf();
    assert.deepEqual(await printed, ["rgb(255, 255, 255)", "rgb(60, 60, 67)"]);
    assert.deepEqual(await page.evaluate(colours), shown);
    assert.deepEqual(shown, ["rgb(27, 27, 31)", "rgb(223, 223, 214)"]);
  };
  return visit("hello-world.html", look, { colorScheme: "dark", width: 1280 });
});

test("on paper, code and diagrams are whole", options, () => {
  const look = async (page: Page) => {
    await page.emulateMedia({ media: "print" });
    try {
      const cut = await page
        .locator(".vp-doc pre, .diagram")
        .evaluateAll((boxes) =>
          boxes.filter((box) => box.scrollWidth > box.clientWidth).map((box) => box.textContent),
        );
      assert.deepEqual(cut, []);
    } finally {
      await page.emulateMedia({ media: "screen" });
    }
  };
  return visit("load-balancing-broker.html", look, { colorScheme: "light", width: 700 });
});

test("on a phone, text in a table of three columns can be read", options, () => {
  const look = async (page: Page) => {
    const narrow = await page.locator(".vp-doc td").evaluateAll((cells) => {
      const widths = (cells as { offsetWidth: number; textContent: string }[]).map(
        ({ offsetWidth, textContent }) => ({ offsetWidth, textContent }),
      );
      return widths.filter(({ offsetWidth, textContent }) => {
        return offsetWidth < 100 && textContent.length > 40;
      });
    });
    assert.deepEqual(narrow, []);
  };
  return visit("zmtp.html", look, { colorScheme: "light", width: 390 });
});

const PAGES = [
  "",
  "load-balancing-broker.html",
  "patterns.html",
  "security.html",
  "from-pyzmq.html",
  "api.Class.ZmqXREPConnection.html",
];
const SETTINGS: readonly Setting[] = [
  { colorScheme: "light", width: 1280 },
  { colorScheme: "light", width: 390 },
  { colorScheme: "dark", width: 1280 },
  { colorScheme: "dark", width: 390 },
];
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core"), "utf8");
for (const [index, path] of PAGES.entries()) {
  // Pages are loaded in one setting and then shown in the others; each is one that pages are loaded in.
  const first = index % SETTINGS.length;
  const settings = [...SETTINGS.slice(first), ...SETTINGS.slice(0, first)];
  const look = async (page: Page) => {
    await page.addScriptTag({ content: axe });
    for (const setting of settings) {
      const { colorScheme, width } = setting;
      const where = `${path}, ${colorScheme}, ${width} pixels wide`;
      await set(setting);
      assert.deepEqual(
        await page.evaluate(() => [
          innerWidth,
          document.documentElement.classList.contains("dark") ? "dark" : "light",
        ]),
        [width, colorScheme],
      );
      const found = await page.evaluate(async () => {
        const { violations } = await (
          globalThis as unknown as { axe: typeof import("axe-core") }
        ).axe.run({
          // "Search" is the search button's name, and "Search K" what can be read on it.
          rules: { "label-content-name-mismatch": { enabled: false } },
          resultTypes: ["violations"],
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
      assert.deepEqual(found, [], where);
      assert.equal(
        await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth),
        true,
        `${where} is wider than the window`,
      );
    }
  };
  test(
    `axe finds nothing serious on ${path || "the home page"}, light and dark, wide and narrow`,
    options,
    () => visit(path, look, settings[0]),
  );
}
