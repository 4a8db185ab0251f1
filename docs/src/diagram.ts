import { renderMermaidSVG } from "beautiful-mermaid";

/** A node with its text: `client["a client"]`, `idle(["who is free?"])`. */
const NODE =
  /\b([\w-]+)((?:\[\[|\(\[|\[\(|\(\(|\{\{|\[|\(|\{)(?:"[^"]*"|[^"[\](){}]*)[\])}]{1,2})/g;
const QUOTED = /"[^"]*"/;
/** Stands for an asterisk, which the renderer would take for the start of italics. */
const STAR = "\uE000";

/** How wide a page's text is: what is wider is drawn from top to bottom, where that helps. */
const PAGE = 688;

/** Draws a Mermaid diagram as an SVG element in one line, whose colours are the page's. */
export function draw(source: string): string {
  const wide = render(source);
  const high = wide.width > PAGE ? render(source.replace("flowchart LR", "flowchart TB")) : wide;
  const { svg, width, height } = high.width < wide.width ? high : wide;
  const texts = Array.from(svg.matchAll(/<text[^>]*>(.*?)<\/text>/gs), ([, text = ""]) =>
    text
      .replace(/<[^>]*>/g, " ")
      .replace(/\s+/g, " ")
      .trim(),
  );
  mustBeWhole(source, svg, texts);
  const label = `Diagram: ${texts.join("; ")}`.replaceAll('"', "&quot;");
  return (
    svg
      .replace(/<style>.*?<\/style>/s, "") // the theme has these rules, without a font from elsewhere
      .replace(
        /<svg [^>]*>/,
        `<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" style="min-width:${Math.min(width, Math.max(500, Math.round(width * 0.8)))}px" role="img" aria-label="${label}">`,
      )
      // The head at an arrow's beginning looks back as it is: turned, it would lie under the node.
      .replace(/(id="arrowhead-start[^>]*)auto-start-reverse/g, "$1auto")
      .replaceAll(STAR, "*")
      .replace(/\s*\n\s*/g, " ")
  );
}

/** The renderer skips what it does not understand: no arrow and no text of a flowchart may be lost. */
function mustBeWhole(source: string, svg: string, texts: readonly string[]): void {
  if (!source.trim().startsWith("flowchart")) return;
  const plain = (text: string) => text.replace(/<[^>]*>|&#?\w+;|[\s&<>'"*\uE000]/g, "");
  const drawn = plain(texts.join(""));
  const quoted = source.match(new RegExp(QUOTED, "g")) ?? [];
  const lost = quoted.find((text) => !drawn.includes(plain(text)));
  if (lost !== undefined) throw new Error(`${lost} is lost`);
  const arrows = source.replace(new RegExp(QUOTED, "g"), "").match(/[-=.]>|---/g)?.length ?? 0;
  const edges = svg.match(/class="edge"/g)?.length ?? 0;
  if (edges < arrows) throw new Error(`${edges} of ${arrows} arrows are understood`);
}

function render(source: string) {
  const svg = renderMermaidSVG(normalize(source).replaceAll("*", STAR), {
    padding: 8,
    layerSpacing: 28,
  });
  const [width = 0, height = 0] =
    /width="([\d.]+)" height="([\d.]+)"/
      .exec(svg)
      ?.slice(1)
      .map((size) => Math.ceil(Number(size))) ?? [];
  return { svg, width, height };
}

/**
 * Says the same in an order that the renderer understands: it takes a node's text and subgraph from
 * where the node is first named, and Mermaid from wherever they are told.
 */
export function normalize(source: string): string {
  const lines = source.trim().split("\n");
  const [kind = ""] = lines;
  if (!kind.startsWith("flowchart")) return source;
  const texts = new Map(Array.from(source.matchAll(NODE), ([node, id = ""]) => [id, node]));
  const inside: string[] = [];
  const outside: string[] = [];
  let depth = 0;
  for (const line of lines.slice(1)) {
    const opens = /^\s*subgraph\b/.test(line);
    if (opens) depth++;
    (depth > 0 ? inside : outside).push(opens ? line : withTexts(line, texts));
    if (/^\s*end\s*$/.test(line)) depth--;
  }
  return [kind, ...inside, ...outside].join("\n");
}

/** Gives each node of a line its text, but leaves alone what stands in quotes or on an edge. */
function withTexts(line: string, texts: ReadonlyMap<string, string>): string {
  if (/^\s*(end|direction|style|class|classDef|linkStyle)\b/.test(line)) return line;
  const kept: string[] = [];
  const keep = (text: string) => `\uE001${kept.push(text) - 1}\uE002`;
  const restore = (text: string): string =>
    text.replace(/\uE001(\d+)\uE002/g, (_, i) => restore(kept[i] ?? ""));
  const known = line
    .replace(NODE, keep)
    .replace(new RegExp(QUOTED, "g"), keep)
    .replace(/\|[^|]*\||(?<=[-=.] )[^-=.|>\uE001]+(?= [-=.])/g, keep)
    .replace(/(?<![\w\uE001-])[a-zA-Z][\w]*/g, (id) => texts.get(id) ?? id);
  return restore(known);
}
