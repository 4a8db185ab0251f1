import { basename, extname } from "node:path";
import { type ParseArgsConfig, parseArgs } from "node:util";

/** One of several words: made by {@link oneOf}. */
export interface Choice<T extends string> {
  readonly words: readonly [T, ...T[]];
}

/**
 * The default of a flag or an argument tells its type: a text, a number, a switch that is off, a list of texts,
 * or a {@link Choice}. `String` and `Number` stand for a value that may be left out.
 */
export type FlagDefault =
  | string
  | number
  | false
  | readonly string[]
  | Choice<string>
  | StringConstructor
  | NumberConstructor;

/** The value that is read for a default. */
export type FlagValue<D> =
  D extends Choice<infer T>
    ? T
    : D extends StringConstructor
      ? string | undefined
      : D extends NumberConstructor
        ? number | undefined
        : D extends string
          ? string
          : D extends number
            ? number
            : D extends boolean
              ? boolean
              : string[];

type Defaults = Readonly<Record<string, FlagDefault>>;
/** A switch is a flag: it has to have a name. */
type Positionals = Readonly<Record<string, Exclude<FlagDefault, false>>>;
type Values<D extends Defaults> = { [Name in keyof D]: FlagValue<D[Name]> };

/** The largest number: that of timers. */
const LARGEST = 2 ** 31 - 1;

/** A flag that takes one of these words; the first is the default. */
export function oneOf<const T extends string>(...words: [T, ...T[]]): Choice<T> {
  return { words };
}

/**
 * Reads the command line, on `node:util` parseArgs. Types and defaults come from its arguments:
 *
 * ```ts
 * const { endpoint, work } = flags({ endpoint: "tcp://*:5555", work: 1000 });
 * ```
 *
 * A flag `sendDelay` is written `--send-delay`, and one of a single letter `-v`. Numbers are whole, and
 * not negative if their default is not. A list takes its flag several times.
 *
 * `--help` prints all flags, and ends the program. For a wrong flag it prints one line, and exits with code 2.
 *
 * @param flags the flags, with their defaults
 * @param positionals arguments without a name, in their order; a list takes all arguments that are left
 */
export function flags<const F extends Defaults, const P extends Positionals = Record<never, never>>(
  flags: F,
  positionals: P = {} as P,
): Values<F> & Values<P> {
  const program = basename(process.argv[1] ?? "", extname(process.argv[1] ?? ""));
  try {
    const { values, positionals: words } = parseArgs({
      options: options(flags),
      allowPositionals: true,
    });
    if (values.help !== undefined) {
      console.log(help(program, flags, positionals));
      process.exit(0);
    }
    const read = Object.entries(flags).map(([name, fallback]) => {
      return [name, value(written(name), fallback, values[kebab(name)])];
    });
    return { ...Object.fromEntries(read), ...inOrder(positionals, words) } as Values<F> & Values<P>;
  } catch (error) {
    const { message } = error as Error;
    const [why] = message.split(/\. To specify|\.?\n/);
    const dashed = /starting with a dash use '(.*?)-XYZ'/.exec(message)?.[1];
    const how = dashed === undefined ? "" : `; a value that begins with a dash: ${dashed}-1`;
    console.error(`${program}: ${why}${how} (${program} --help tells what there is)`);
    process.exit(2);
  }
}

function options(flags: Defaults): NonNullable<ParseArgsConfig["options"]> {
  const list = Object.entries(flags).map(([name, fallback]) => {
    const type = typeof fallback === "boolean" ? "boolean" : "string";
    const short = name.length === 1 ? { short: name } : {};
    return [kebab(name), { type, multiple: Array.isArray(fallback), ...short }] as const;
  });
  return { ...Object.fromEntries(list), help: { type: "boolean", short: "h" } };
}

function inOrder(positionals: Defaults, words: string[]): Record<string, unknown> {
  const left = [...words];
  const read: Record<string, unknown> = {};
  for (const [name, fallback] of Object.entries(positionals)) {
    const given = Array.isArray(fallback) ? left.splice(0) : left.shift();
    read[name] = value(name.toUpperCase(), fallback, given?.length === 0 ? undefined : given);
  }
  if (left.length > 0) throw new Error(`unexpected argument "${left[0]}"`);
  return read;
}

/** @throws if the given value does not fit */
function value(name: string, fallback: FlagDefault, given: unknown): unknown {
  if (given === undefined) {
    if (fallback === String || fallback === Number) return undefined;
    return isChoice(fallback) ? fallback.words[0] : fallback;
  }
  if (isChoice(fallback) && !fallback.words.includes(String(given))) {
    throw new Error(`${name} is ${list(fallback.words)}, not "${given}"`);
  }
  return typeof fallback === "number" || fallback === Number
    ? number(name, fallback, String(given))
    : given;
}

function number(name: string, fallback: number | NumberConstructor, given: string): number {
  const least = typeof fallback === "number" ? Math.min(0, fallback) : 0;
  const parsed = /^-?\d+$/.test(given) ? Number(given) : Number.NaN;
  if (parsed >= least && parsed <= LARGEST) return parsed;
  throw new Error(`${name} is a whole number from ${least} to ${LARGEST}, not "${given}"`);
}

function help(program: string, flags: Defaults, positionals: Defaults): string {
  const rows = Object.entries(flags).map(([name, fallback]) => {
    const taken = typeof fallback === "boolean" ? "" : ` ${placeholder(fallback)}`;
    return [`${written(name)}${taken}`, fallback] as const;
  });
  for (const [name, fallback] of Object.entries(positionals)) {
    rows.push([name.toUpperCase() + (Array.isArray(fallback) ? "..." : ""), fallback]);
  }
  const width = Math.max(...rows.map(([name]) => name.length));
  return [
    ["usage:", program, ...rows.map(([name]) => `[${name}]`)].join(" "),
    "",
    ...rows.map(([name, fallback]) => `  ${name.padEnd(width)}  ${standard(fallback)}`.trimEnd()),
  ].join("\n");
}

function placeholder(fallback: FlagDefault): string {
  if (isChoice(fallback)) return fallback.words.join("|");
  if (typeof fallback === "number" || fallback === Number) return "NUMBER";
  return String(fallback).includes("://") ? "ADDRESS" : "TEXT";
}

function standard(fallback: FlagDefault): string {
  if (isChoice(fallback)) return `default: ${fallback.words[0]}`;
  if (typeof fallback === "function" || fallback === false) return "";
  const text = Array.isArray(fallback) ? fallback.join(" ") : String(fallback);
  return text === "" ? "" : `default: ${text}`;
}

function isChoice(fallback: FlagDefault): fallback is Choice<string> {
  return typeof fallback === "object" && "words" in fallback;
}

function list(words: readonly string[]): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

/** `sendDelay` is `--send-delay`. */
function written(name: string): string {
  return name.length === 1 ? `-${name}` : `--${kebab(name)}`;
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
