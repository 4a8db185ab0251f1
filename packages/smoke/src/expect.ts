/** What the tests of nearly all examples expect of a program's end. */
import assert from "node:assert/strict";
import type { Program } from "./program.ts";

/** Expects that the signal ends each of the programs, as a shell expects it, and without another word on stderr. */
export async function endsOn(
  signal: "SIGINT" | "SIGTERM",
  ...programs: readonly Program[]
): Promise<void> {
  for (const program of programs) {
    const before = program.errors.length;
    program.kill(signal);
    assert.deepEqual(await program.exit(), { code: null, signal }, `${program.name}, by ${signal}`);
    assert.deepEqual(program.errors.slice(before), [], `${program.name} prints nothing at its end`);
  }
}

/**
 * Expects that a program has refused to run: one line on stderr that says why, and an exit code of 2, or
 * of 1 for what is no fault of its arguments.
 */
export async function refuses(program: Program, why: RegExp, code: 1 | 2 = 2): Promise<void> {
  assert.deepEqual(await program.exit(), { code, signal: null }, program.name);
  assert.equal(program.errors.length, 1, `${program.name} says it in one line`);
  assert.match(program.errors[0] ?? "", why);
}
