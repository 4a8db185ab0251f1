export { loopback } from "./addresses.ts";
export { endsOn, refuses } from "./expect.ts";
export type { Line, LineMatch, Source } from "./output.ts";
export type { Exit, Program, Signal } from "./program.ts";
export { type Command, Stage, type StartOptions } from "./stage.ts";
export { WaitError } from "./wait.ts";
