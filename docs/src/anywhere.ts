import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { parseAst } from "rollup/parseAst";

/** Where VitePress believes the site to be. Nothing else on it has this name. */
export const BASE = "/somewhere-or-other/";
/** What the scripts take instead: the folder of the page that has been loaded, decoded as VitePress does with a path. */
const HERE = "window.__HERE__";
export const HERE_SCRIPT = `${HERE}=decodeURI(location.pathname.replace(/[^/]*$/,""))`;

/**
 * Makes a built site work from any folder. VitePress wants to know the folder when it builds; but all
 * pages lie in one folder, so that what they name can be named from there.
 */
export function moveAnywhere(folder: string): void {
  for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    const rewrite = REWRITES[extname(file)];
    if (rewrite === undefined) continue;
    const text = readFileSync(join(folder, file), "utf8");
    if (text.includes(BASE)) writeFileSync(join(folder, file), rewrite(text));
  }
}

const REWRITES: Readonly<Record<string, (text: string) => string>> = {
  ".css": (text) => text.replaceAll(`${BASE}assets/`, "./"),
  ".js": fromHere,
  ".html": (text) =>
    text
      .replace(
        /(<script[^>]*>)([^<]*)(<\/script>)/g,
        (_, start, code, end) => start.replaceAll(BASE, "./") + fromHere(code) + end,
      )
      .replaceAll(BASE, "./"),
};

/** Lets each string of a script that has the base in it be made when the script runs. */
export function fromHere(code: string): string {
  if (!code.includes(BASE)) return code;
  const places: [number, number][] = [];
  const visit = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    const { type, start, end } = node as { type?: string; start?: number; end?: number };
    const text = type === "Literal" || type === "TemplateLiteral";
    if (text && start !== undefined && end !== undefined) {
      if (code.slice(start, end).includes(BASE)) places.push([start, end]);
    } else for (const child of Object.values(node)) visit(child);
  };
  visit(parseAst(code));
  return places.reduceRight(
    (all, [start, end]) =>
      `${all.slice(0, start)}(${all.slice(start, end)}).replaceAll(${JSON.stringify(BASE).replace("/", "\\u002f")},${HERE})${all.slice(end)}`,
    code,
  );
}
