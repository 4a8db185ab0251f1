import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";

/** Links of a built site that lead to nothing: to no file, or to no place on a page. */
export function deadLinks(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const pages = new Map(
    files
      .filter((file) => file.endsWith(".html"))
      .map((file) => [file, withoutScripts(readFileSync(join(folder, file), "utf8"))]),
  );
  const places = new Map(
    Array.from(pages, ([file, text]) => [file, new Set(attributes(text, "id"))]),
  );
  const known = new Set(files);
  return Array.from(pages, ([file, text]) => {
    const links = [...new Set(attributes(text, "href"))].filter((link) => !/^\w+:/.test(link));
    return links.filter((link) => !leads(link, file)).map((link) => `${file}: ${link}`);
  }).flat();

  function leads(link: string, from: string): boolean {
    const [path = "", hash = ""] = decodeURI(link).split("#");
    const to =
      path === ""
        ? from
        : posix.join(posix.dirname(from), path, path.endsWith("/") ? "index.html" : "");
    return known.has(to) && (hash === "" || places.get(to)?.has(hash) === true);
  }
}

function withoutScripts(text: string): string {
  return text.replace(/<script[\s\S]*?<\/script>/g, "");
}

function attributes(text: string, name: string): string[] {
  return Array.from(text.matchAll(new RegExp(` ${name}="([^"]*)"`, "g")), ([, value = ""]) =>
    value.replaceAll("&amp;", "&"),
  );
}
