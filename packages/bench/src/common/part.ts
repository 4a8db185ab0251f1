import { parseArgs } from "node:util";

/** Which part of the work is to be done. */
export interface Part {
  /** How much of each thing: 1 is all of it. */
  readonly scale: number;
  /** Of what the names match. */
  readonly only: RegExp;
}

/** Reads `--scale` and `--only` from the command line. @returns nothing where they are wrong, which it says */
export function readPart(usage: string): Part | undefined {
  try {
    const { values } = parseArgs({
      options: { scale: { type: "string", default: "1" }, only: { type: "string", default: "" } },
    });
    const scale = Number(values.scale);
    if (!(scale > 0)) throw new Error("more than 0");
    return { scale, only: new RegExp(values.only, "i") };
  } catch {
    console.error(usage);
    return undefined;
  }
}
