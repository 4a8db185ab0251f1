import { statSync } from "node:fs";
import { join, posix } from "node:path";
import type { MarkdownOptions } from "vitepress";
import { draw } from "./diagram.ts";

/** Where things of the repository are on the site. */
export interface Places {
  readonly root: string;
  /** The page of a folder or a file, by its path from the root: `docs/performance.md`. */
  page(path: string): string | undefined;
  /** Notes a link that leads to nothing. */
  dead(link: string): void;
  /** Puts a file onto the site, and tells where it is. */
  copy(path: string): string;
}

const CODE = /^(```[\s\S]*?^```)$/m;

/** A file of the repository as a page's text: its diagrams drawn, and its links leading to pages. */
export function toPage(text: string, path: string, places: Places): string {
  const parts = text.split(CODE);
  return parts
    .map((part, i) => (i % 2 === 0 ? relink(part, path, places) : block(part, path)))
    .join("");
}

/**
 * Shows braces as braces, where VitePress would show what a script makes of `{{ this }}`, and names the link of
 * a heading by the heading's words, where it would have screen readers read the Markdown.
 */
export const asWritten: NonNullable<MarkdownOptions["config"]> = ({
  core,
  renderer: { rules },
}) => {
  for (const name of ["text", "code_inline"]) {
    const rule = rules[name];
    rules[name] = (...args) => rule?.(...args).replaceAll("{{", "{&#123;") ?? "";
  }
  core.ruler.push("heading_links", ({ tokens }) => {
    for (const { children } of tokens) {
      const link = children?.find((token) => token.attrGet("class") === "header-anchor");
      const words = children?.map(({ type, content }) => (type.startsWith("html") ? "" : content));
      link?.attrSet("aria-label", `Permalink to "${words?.join("").trim()}"`);
    }
  });
};

/** What a page is about: the first sentence of its first paragraph, as plain text. */
export function firstSentence(page: string): string {
  const paragraph = page.split(/\n\s*\n/).find((part) => /^[\w`"[]/.test(part)) ?? "";
  const plain = paragraph
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/[`\\]|\*\*/g, "")
    .replace(/\s+/g, " ");
  return /^.*?[.!?](?= |$)/.exec(plain)?.[0] ?? plain.replace(/:$/, ".");
}

/** Links names in \`code\` to their pages in the reference, but for what a table says is elsewhere, in "there". */
export function withReference(text: string, reference: ReadonlyMap<string, string>): string {
  let isThere = false;
  const lines = (part: string): string =>
    part
      .split("\n")
      .map((line) => {
        if (!line.startsWith("|")) isThere = false;
        else if (/^\|\s*there\s*\|/.test(line)) isThere = true;
        const from = isThere ? line.indexOf("|", 1) : 0;
        return line.startsWith("#") ? line : line.slice(0, from) + linked(line.slice(from));
      })
      .join("\n");
  const linked = (code: string): string =>
    code.replace(/(?<!\[)`(\w+)`(?!\])/g, (name, word: string) => {
      const page = reference.get(word);
      return page === undefined ? name : `[${name}](./${page}.md)`;
    });
  const parts = text.split(CODE);
  return parts.map((part, i) => (i % 2 === 0 ? lines(part) : part)).join("");
}

function block(text: string, path: string): string {
  const [, source] = /^```mermaid\n([\s\S]*)^```$/m.exec(text) ?? [];
  if (source === undefined) return text;
  try {
    return figure(draw(source));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : cause;
    throw new Error(`${path}: cannot draw a diagram: ${why}`, { cause });
  }
}

/** A diagram on a page; what is wider than the page can be scrolled by keyboard. */
export function figure(svg: string): string {
  return `<figure class="diagram" tabindex="0" v-pre>${svg}</figure>`;
}

function relink(text: string, path: string, places: Places): string {
  return text.replace(
    /\]\(([^)\s]+)(\s+(?:"[^"]*"|'[^']*'))?\)/g,
    (_, link: string, title = "") => `](${target(link, path, places)}${title})`,
  );
}

/** Where a link of a file leads to on the site. Folders without a page have no place. */
export function target(link: string, path: string, places: Places): string {
  if (/^(https?:|mailto:|#)/.test(link)) return link;
  const [file = "", hash] = link.split("#");
  const other = posix.join(posix.dirname(path), file).replace(/\/$/, "");
  const page = places.page(other);
  if (page !== undefined) return hash === undefined ? page : `${page.replace(/#.*/, "")}#${hash}`;
  if (statSync(join(places.root, other), { throwIfNoEntry: false })?.isFile())
    return places.copy(other);
  places.dead(`${path}: ${link}`);
  return link;
}
