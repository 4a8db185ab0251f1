import { parseArgs } from "node:util";

/**
 * The words of a command line that knows no flag but --help. Prints the usage and ends the process
 * when it is asked for, or, with code 2, when the command line is wrong.
 */
export function readWords(usage: string, most: number): string[] {
  try {
    const { values, positionals } = parseArgs({
      options: { help: { type: "boolean", short: "h" } },
      allowPositionals: true,
    });
    if (values.help) {
      console.log(usage);
      process.exit(0);
    }
    if (positionals.length <= most) return positionals;
    console.error(`unexpected "${positionals[most]}"`);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
  }
  console.error(usage.split("\n")[0]);
  process.exit(2);
}
