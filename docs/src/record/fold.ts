import type { Arrow, Matched, Socket } from "./match.ts";
import type { Recording, Step } from "./recording.ts";
import type { RunEvent } from "./run.ts";

/** How many lifelines a diagram has, where it can be done with so few. */
const LIFELINES = 8;
/** How many messages and notes a diagram has at most. */
const MOST = 40;
/** How many lines of output at the beginning, and at the end. */
const HEAD = 44;
const TAIL = 15;

type Diagram = Pick<Recording, "lifelines" | "steps">;
type Item = { readonly at: number; readonly shape: string; readonly step: Step };

/** The diagram of what went where, with many alike folded into one note. */
export function diagram(events: readonly RunEvent[], { sockets, arrows, more }: Matched): Diagram {
  const lines = lifelines(events, sockets, arrows);
  const items: Item[] = arrows.map(({ at, from, to, frames }) => {
    const step = { from: lines.get(from) ?? "", to: lines.get(to) ?? "", frames };
    return { at, shape: shapeOf(step), step };
  });
  for (const { at, what, connection = "", given = "" } of events) {
    if (what !== "bind" && what !== "connect") continue;
    const step = {
      over: lines.get(connection) ?? "",
      note: [`${what}s ${what === "bind" ? "" : "to "}${given}`],
    };
    items.push({ at, shape: shapeOf(step), step });
  }
  items.sort((a, b) => a.at - b.at);
  const steps = fold(joinNotes(items), more);
  const named = new Set(
    steps.flatMap((step) =>
      "from" in step ? [step.from, step.to] : "over" in step ? [step.over] : [],
    ),
  );
  const all = Array.from(new Set(lines.values())).filter((name) => named.has(name));
  return { lifelines: sideBySide(all, steps), steps };
}

/** Puts lifelines side by side that talk to one another; otherwise they stay in their order. */
export function sideBySide(all: readonly string[], steps: readonly Step[]): string[] {
  if (all.length > LIFELINES) return [...all];
  const pairs = steps.flatMap((step) =>
    "from" in step ? [[all.indexOf(step.from), all.indexOf(step.to)] as const] : [],
  );
  let best: readonly number[] = all.map((_, i) => i);
  let least = Infinity;
  const order: number[] = [];
  const visit = (): void => {
    if (order.length === all.length) {
      const places = all.map((_, i) => order.indexOf(i));
      const length = pairs.reduce(
        (sum, [a, b]) => sum + Math.abs((places[a] ?? 0) - (places[b] ?? 0)),
        0,
      );
      if (length >= least) return;
      least = length;
      best = [...order];
      return;
    }
    for (let i = 0; i < all.length; i++) {
      if (order.includes(i)) continue;
      order.push(i);
      visit();
      order.pop();
    }
  };
  visit();
  return best.map((i) => all[i] ?? "");
}

/** Programs by their names; those of several that do the same by first arguments or by numbers. */
export function names(events: readonly RunEvent[]): Map<string, string> {
  const used = new Set(events.flatMap(({ connection, process }) => (connection ? [process] : [])));
  const starts = events
    .filter(({ what, process }) => what === "start" && used.has(process))
    .sort((a, b) => order(a.process) - order(b.process));
  return new Map(
    starts.map(({ process, program = "", args: [first = ""] = [] }) => {
      const same = starts.filter((other) => other.program === program);
      const firsts = new Set(same.map(({ args: [other = ""] = [] }) => other));
      if (same.length === 1) return [process, program];
      if (firsts.size === same.length && !firsts.has("")) return [process, `${program} ${first}`];
      return [process, `${program}-${same.findIndex((other) => other.process === process) + 1}`];
    }),
  );
}

function order(process: string): number {
  const [pid = 0, thread = 0] = process.split("/").map(Number);
  return pid * 1000 + thread;
}

/**
 * Which lifeline each socket is on. A program has one, but where its sockets talk to one another each has
 * its own. Where that makes too many, those of a program that are alike share one, then those of a
 * program, then those of all programs of a name.
 */
function lifelines(
  events: readonly RunEvent[],
  sockets: ReadonlyMap<string, Socket>,
  arrows: readonly Arrow[],
): Map<string, string> {
  const programs = names(events);
  const all = Array.from(sockets.values()).sort((a, b) => order(a.process) - order(b.process));
  const talksToItself = new Set(
    arrows.flatMap(({ from, to }) => {
      const { process } = sockets.get(from) as Socket;
      return process === sockets.get(to)?.process ? [process] : [];
    }),
  );
  const several = new Set(all.map(({ process }) => process)).size > 1;
  const base = ({ process }: Socket): string =>
    programs.get(process)?.replace(/(-\d+| .*)$/, "") ?? "";
  const divided = (socket: Socket): boolean => talksToItself.has(socket.process);
  const place = ({ type, binds, given }: Socket): string =>
    `${type} ${binds.length} ${given.join(" ")}`;
  const ways: ((socket: Socket) => string)[] = [
    (socket) => (divided(socket) ? socket.id : socket.process),
    (socket) => (divided(socket) ? `${socket.process} ${place(socket)}` : socket.process),
    ...(several ? [({ process }: Socket) => process] : []),
    (socket) => (divided(socket) ? `${base(socket)} ${place(socket)}` : base(socket)),
  ];
  const groups =
    ways.map((way) => groupBy(all, way)).find(({ size }) => size <= LIFELINES) ??
    groupBy(all, ways.at(-1) ?? base);
  const labels = new Set<string>();
  const found = new Map<string, string>();
  for (const its of groups.values()) {
    const [first] = its as [Socket];
    const owners = new Set(its.map(({ process }) => process));
    const own = owners.size === 1 ? programs.get(first.process) : `${owners.size} × ${base(first)}`;
    const types = [...new Set(its.map(({ type }) => type))].join(", ");
    const alike = divided(first) && its.every((socket) => place(socket) === place(first));
    const [address = ""] = first.given;
    const at = `${first.binds.length > 0 ? "at" : "to"} ${address.replace(/^\w+:\/\//, "")}`;
    const count = its.length > owners.size ? `${its.length} × ` : "";
    const label = `${own}: ${alike ? `${count}${types} ${at}` : types}`;
    let unique = label;
    for (let n = 2; labels.has(unique); n++) unique = `${label} (${n})`;
    labels.add(unique);
    for (const { id } of its) found.set(id, unique);
  }
  return found;
}

function groupBy(
  sockets: Iterable<Socket>,
  way: (socket: Socket) => string,
): Map<string, Socket[]> {
  const groups = new Map<string, Socket[]>();
  for (const socket of sockets) {
    const key = way(socket);
    groups.set(key, [...(groups.get(key) ?? []), socket]);
  }
  return groups;
}

/** What is alike but for numbers, or a delimiter in front, has the same shape. */
function shapeOf(step: Step): string {
  const shaped =
    "from" in step && step.frames[0] === "" ? { ...step, frames: step.frames.slice(1) } : step;
  return JSON.stringify(shaped)
    .replace(/0x[0-9a-f]+/g, "0x")
    .replace(/\d+([.,]\d+)*/g, "#");
}

/** One note for all that a lifeline does between two messages. */
function joinNotes(items: readonly Item[]): Item[] {
  const joined: Item[] = [];
  for (const item of items) {
    const last = joined.at(-1);
    if (
      last === undefined ||
      !("over" in item.step) ||
      !("over" in last.step) ||
      last.step.over !== item.step.over
    ) {
      joined.push(item);
      continue;
    }
    const step = { over: item.step.over, note: [...last.step.note, ...item.step.note] };
    joined[joined.length - 1] = { at: last.at, shape: shapeOf(step), step };
  }
  return joined.map((item) =>
    "over" in item.step ? { ...item, step: { ...item.step, note: counted(item.step.note) } } : item,
  );
}

/** Each line once, with how often it is there; no more than four. */
function counted(lines: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1);
  const all = Array.from(counts, ([line, count]) =>
    count === 1 ? line : `${count} ${line.replace("s ", " ")}`,
  );
  return all.length <= 4 ? all : [...all.slice(0, 3), `… ${all.length - 3} more`];
}

/** Leaves out what there has been enough of, and says how much that was. */
export function fold(
  items: readonly { readonly shape: string; readonly step: Step }[],
  more: boolean,
  most = MOST,
): Step[] {
  const shapes = [3, 2, 1].map((each) => {
    const counts = new Map<string, number>();
    return items.map(({ shape }) => {
      counts.set(shape, (counts.get(shape) ?? 0) + 1);
      return (counts.get(shape) ?? 0) <= each;
    });
  });
  const size = (kept: readonly unknown[]): number => kept.filter((is) => is).length;
  const kept = shapes.find((way) => size(way) <= most) ?? shapes.at(-1) ?? [];
  // A note takes as much room as the one message that it would stand for.
  const filled = kept.map((is, i) => is || (i > 0 && kept[i - 1] && kept[i + 1]));
  const shows = size(filled) <= most ? filled : kept;
  const steps: Step[] = [];
  let shown = 0;
  let left = 0;
  const leave = (last: boolean) => {
    if (left > 0) steps.push({ more: left, ...(last && more ? { atLeast: true } : {}) });
    left = 0;
  };
  items.forEach(({ step }, i) => {
    if (shows[i] && shown < most) {
      leave(false);
      steps.push(step);
      shown++;
    } else if ("from" in step) left++;
  });
  leave(true);
  return steps;
}

/** The beginning of the output, and its end. */
export function shorten(lines: readonly string[], head = HEAD, tail = TAIL): string[] {
  if (lines.length <= head + tail + 1) return [...lines];
  const left = lines.length - head - tail;
  return [...lines.slice(0, head), `… ${left} more lines`, ...lines.slice(-tail)];
}
