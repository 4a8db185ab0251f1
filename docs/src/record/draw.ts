import type { Recording, Step } from "./recording.ts";

/*
 * Draws sequences by itself: the renderer of the other diagrams leaves out notes that come before the
 * first message, and lets what is written along arrows run into one another.
 */

const FONT = 12;
/** How wide a character is: those of frames and addresses are all alike. */
const CHAR = FONT * 0.61;
const LINE = 16;
const HEAD = 2 * LINE + 12;
const MARGIN = 12;
/** How many characters of a message are written along its arrow, and of one of its frames. */
const LONGEST = 40;
const LONGEST_FRAME = 26;
/** What is higher has the names at the bottom too. */
const HIGH = 700;
/** Keeps lines from going through text. */
const HALO = 'stroke="var(--bg)" stroke-width="5" stroke-linejoin="round" paint-order="stroke"';

/** The sequence diagram of a run as an SVG element in one line; undefined where nothing was sent. */
export function drawSequence({ lifelines, steps }: Recording): string | undefined {
  if (!steps.some((step) => "from" in step)) return undefined;
  const index = (name: string): number => lifelines.indexOf(name);
  const columns = place(lifelines, steps);
  const right = columns.right;
  const parts: string[] = [];
  let y = MARGIN + HEAD + 8;
  for (const step of steps) {
    if ("from" in step) {
      y += 32;
      parts.push(
        arrow(columns.at(index(step.from)), columns.at(index(step.to)), y, message(step.frames)),
      );
      if (step.from === step.to) y += 12;
    } else if ("over" in step) {
      const height = step.note.length * LINE + 8;
      parts.push(note(columns.at(index(step.over)), y + 10, height, step.note));
      y += height + 10;
    } else {
      y += 30;
      const { more, atLeast = false } = step;
      parts.push(
        `<path d="M${MARGIN} ${y - 4}H${right - MARGIN}" stroke="var(--_text-faint)" stroke-dasharray="1 5"/>`,
        plain(
          right / 2,
          y,
          `… ${atLeast ? "at least " : ""}${more.toLocaleString("en")} more`,
          HALO,
        ),
      );
    }
  }
  y += 20;
  const heads = (top: number): string =>
    lifelines.map((name, i) => head(columns.at(i), top, name)).join("");
  const high = y > HIGH;
  const lines = lifelines.map(
    (_, i) =>
      `<path d="M${columns.at(i)} ${MARGIN + HEAD}V${y}" stroke="var(--_text-faint)" stroke-dasharray="4 4"/>`,
  );
  const height = y + (high ? HEAD : 0) + MARGIN;
  return `<svg viewBox="0 0 ${right} ${height}" width="${right}" height="${height}" style="min-width:${Math.min(right, Math.max(480, Math.round(right * 0.85)))}px" role="img" aria-label="${xml(spoken(steps))}">${lines.join("")}${heads(MARGIN)}${parts.join("")}${high ? heads(y) : ""}</svg>`;
}

/** Where the lifelines are: as close as what is written between them allows. */
function place(lifelines: readonly string[], steps: readonly Step[]) {
  const half = lifelines.map((name) => width(name.split(": ")) / 2 + 10);
  const gaps = half.map((it, i) => it + (half[i + 1] ?? 0) + (i === half.length - 1 ? 0 : 16));
  let left = half[0] ?? 0;
  const widen = (from: number, to: number, room: number): void => {
    const between = gaps.slice(from, to);
    const missing = room - between.reduce((sum, gap) => sum + gap, 0);
    if (missing <= 0) return;
    for (let i = from; i < to; i++) gaps[i] = (gaps[i] ?? 0) + missing / between.length;
  };
  for (const step of steps) {
    if ("over" in step) {
      const at = lifelines.indexOf(step.over);
      const room = width(step.note) / 2 + 18;
      left = at === 0 ? Math.max(left, room) : left;
      if (at > 0) widen(at - 1, at, room);
      widen(at, at + 1, room);
    } else if ("from" in step) {
      const [low = 0, high = 0] = [lifelines.indexOf(step.from), lifelines.indexOf(step.to)].sort(
        (a, b) => a - b,
      );
      const room = width([message(step.frames)]);
      if (low === high) widen(low, low + 1, room + 50);
      else widen(low, high, room + 32);
    }
  }
  const places: number[] = [];
  let x = MARGIN + left;
  for (const gap of gaps) {
    places.push(Math.round(x));
    x += gap;
  }
  return { at: (i: number): number => places[i] ?? 0, right: Math.ceil(x + MARGIN) };
}

function head(x: number, y: number, name: string): string {
  const lines = name.split(": ");
  const half = Math.round(width(lines) / 2 + 10);
  const [program = "", sockets = ""] = lines;
  return (
    `<rect x="${x - half}" y="${y}" width="${2 * half}" height="${HEAD}" rx="6" fill="var(--_node-fill)" stroke="var(--_node-stroke)"/>` +
    plain(x, y + LINE + 2, program, 'font-weight="600"') +
    plain(x, y + 2 * LINE + 2, sockets)
  );
}

function arrow(from: number, to: number, y: number, label: string): string {
  const stroke = 'fill="none" stroke="var(--_arrow)" stroke-width="1.25"';
  const point = (x: number, at: number, way: number) =>
    `<path d="M${x} ${at}l${-way * 9} -4v8z" fill="var(--_arrow)"/>`;
  if (from === to) {
    return `<path d="M${from} ${y - 8}h24v18h-18" ${stroke}/>${point(from, y + 10, -1)}${code(from + 30, y + 5, label, "start")}`;
  }
  const way = to > from ? 1 : -1;
  return `<path d="M${from} ${y}H${to - way * 8}" ${stroke}/>${point(to, y, way)}${code((from + to) / 2, y - 6, label)}`;
}

function note(x: number, y: number, height: number, lines: readonly string[]): string {
  const half = Math.round(width(lines) / 2 + 8);
  const texts = lines.map((line, i) => code(x, y + LINE * (i + 1), line));
  return `<rect x="${x - half}" y="${y}" width="${2 * half}" height="${height}" fill="var(--bg)" stroke="var(--_text-faint)"/>${texts.join("")}`;
}

function plain(x: number, y: number, text: string, more = ""): string {
  return `<text x="${x}" y="${y}" text-anchor="middle" font-size="${FONT + 1}" fill="var(--_text)" ${more}>${xml(text)}</text>`;
}

function code(x: number, y: number, text: string, anchor = "middle"): string {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}" font-size="${FONT}" fill="var(--_text)" ${HALO} style="font-family:var(--vp-font-family-mono)">${xml(text)}</text>`;
}

/** Frames side by side; those for which there is no room are counted. */
export function message(frames: readonly string[]): string {
  const words = frames.map((frame) => (frame === "" ? '""' : cut(frame)));
  let line = words[0] ?? "";
  for (const [i, word] of words.entries()) {
    if (i === 0) continue;
    const left = words.length - i;
    if (line.length + word.length > LONGEST) return `${line} │ … ${left} more`;
    line += ` │ ${word}`;
  }
  return line;
}

function cut(frame: string): string {
  const words = frame.replace(/\s+/g, " ").trim();
  return words.length <= LONGEST_FRAME ? words : `${words.slice(0, LONGEST_FRAME - 1)}…`;
}

function width(lines: readonly string[]): number {
  return Math.max(...lines.map((line) => line.length)) * CHAR;
}

function spoken(steps: readonly Step[]): string {
  const told = steps.map((step) => {
    if ("from" in step) return `${step.from} to ${step.to}: ${message(step.frames)}`;
    if ("over" in step) return `${step.over} ${step.note.join(", ")}`;
    return `${step.more} more`;
  });
  return `Sequence diagram: ${told.join("; ")}`;
}

/** Text for an element, in one line. */
function xml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replace(/\s+/g, " ");
}
