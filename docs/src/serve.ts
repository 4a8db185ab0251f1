// Serves the built site to a browser, for tests and pictures.
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { delimiter, extname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where the built site is. */
export const DIST = fileURLToPath(new URL("../dist", import.meta.url));
/** The folder that it is served in: the build did not know its name, which has a space. */
export const FOLDER = "/some/new%20folder/";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".txt": "text/plain",
};

/** The system's Chromium, if there is one. */
export function findChromium(): string | undefined {
  return (process.env.PATH ?? "")
    .split(delimiter)
    .flatMap((folder) =>
      ["chromium", "chromium-browser", "google-chrome"].map((it) => join(folder, it)),
    )
    .find((file) => existsSync(file));
}

/** A web server on this machine that has the site in FOLDER, and nothing else. */
export async function serve(): Promise<{ server: Server; origin: string }> {
  const server = createServer(async ({ url = "" }, response) => {
    const { pathname } = new URL(url, "http://localhost");
    const file = pathname.replace(FOLDER, "").replace(/^$/, "index.html");
    try {
      if (!pathname.startsWith(FOLDER)) throw new Error("outside");
      const content = await readFile(join(DIST, file));
      response
        .setHeader("content-type", TYPES[extname(file)] ?? "application/octet-stream")
        .end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}
