/* What is put off within a turn of the event loop. */

let due: (() => void)[] = [];

/**
 * Calls it when all that runs now has run, promises included, and before the event loop goes on: where many
 * messages are sent in a row, they leave together.
 */
export function atEndOfTurn(run: () => void): void {
  if (due.length === 0) process.nextTick(runDue);
  due.push(run);
}

function runDue(): void {
  const all = due;
  due = [];
  for (const run of all) run();
}
