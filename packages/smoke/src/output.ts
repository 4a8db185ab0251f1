import type { Readable } from "node:stream";
import { ofSource } from "./compile.js";
import { LIMIT_MS, Wait } from "./wait.ts";

/** The streams that a program writes to. */
export type Source = "stdout" | "stderr";

/** One line of a program's output. */
export interface Line {
  /** Milliseconds since the start of the stage. */
  readonly at: number;
  readonly from: Source;
  readonly text: string;
}

/** What a pattern found in a line. Groups that the pattern always fills are typed as strings. */
export interface LineMatch extends RegExpExecArray {
  1: string;
  2: string;
  3: string;
  4: string;
}

interface LineWait {
  readonly pattern: RegExp;
  readonly from: Source | undefined;
  readonly count: number;
  readonly matches: LineMatch[];
  readonly wait: Wait<LineMatch[]>;
}

/** The lines of one program as they come, and the waits for those that have not come yet. */
export class Output {
  readonly lines: Line[] = [];
  /** Chunks read so far. */
  chunks = 0;

  readonly #now: () => number;
  readonly #state: () => string;
  readonly #consumed = new Set<Line>();
  readonly #waits = new Set<LineWait>();
  readonly #flush: (() => void)[] = [];
  #ended = false;

  /** `state` says in words how the program is, for the errors. */
  constructor(now: () => number, state: () => string) {
    this.#now = now;
    this.#state = state;
  }

  /** Reads a stream to its end, line by line. */
  read(stream: Readable, from: Source): void {
    let rest = "";
    stream.setEncoding("utf8");
    stream.on("data", (chunk: string) => {
      this.chunks++;
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) this.#add(from, line);
    });
    this.#flush.push(() => {
      if (rest !== "") this.#add(from, rest);
      rest = "";
    });
  }

  /** A last line without a newline counts as a line once its writer has gone. */
  flush(): void {
    for (const flush of this.#flush) flush();
  }

  /** No more lines can come. */
  end(): void {
    this.#ended = true;
    for (const wait of this.#waits) this.#fail(wait);
  }

  /** The test is over: nobody waits any more. */
  abandon(): void {
    for (const { wait } of this.#waits) wait.abandon();
    this.#waits.clear();
  }

  /** Waits until `count` lines match, and consumes them: no other wait sees them. */
  take(
    caller: (...args: never[]) => unknown,
    pattern: RegExp,
    count: number,
    from: Source | undefined,
  ): Promise<LineMatch[]> {
    const wait = new Wait<LineMatch[]>(caller, () => this.#fail(entry, `in ${LIMIT_MS} ms`));
    const entry: LineWait = { pattern, from, count, matches: [], wait };
    this.#waits.add(entry);
    this.#finish(entry);
    for (const line of this.lines) {
      if (!this.#waits.has(entry)) break;
      this.#offer(entry, line);
    }
    if (this.#ended && this.#waits.has(entry)) this.#fail(entry);
    return wait.promise;
  }

  #add(from: Source, text: string): void {
    const line: Line = { at: this.#now(), from, text: ofSource(text.replace(/\r$/, "")) };
    this.lines.push(line);
    for (const wait of this.#waits) this.#offer(wait, line);
  }

  #offer(entry: LineWait, line: Line): void {
    if (this.#consumed.has(line) || (entry.from ?? line.from) !== line.from) return;
    entry.pattern.lastIndex = 0;
    const match = entry.pattern.exec(line.text);
    if (match === null) return;
    this.#consumed.add(line);
    entry.matches.push(match as LineMatch);
    this.#finish(entry);
  }

  #finish(entry: LineWait): void {
    if (entry.matches.length < entry.count) return;
    this.#waits.delete(entry);
    entry.wait.resolve(entry.matches);
  }

  #fail(entry: LineWait, why = ""): void {
    this.#waits.delete(entry);
    const { pattern, from, count, matches } = entry;
    const wanted = count === 1 ? "no line" : `only ${matches.length} of ${count} lines`;
    const where = from === undefined ? "" : ` on ${from}`;
    entry.wait.fail(`${wanted} like ${pattern}${where}${why && ` ${why}`}: ${this.#state()}`);
  }
}
