/**
 * What one turn of the event loop has time for. All sockets of the thread share it: timers and other
 * work are kept waiting neither by a socket that is always readable, nor by a thousand of them, nor by
 * a handler that takes its time.
 */

/** So many messages are received in one turn, and then one from each socket that has more. */
const MESSAGES = 512;
/** For so many ms messages are received in one turn. */
const TIME = 10;
/** The clock is looked at after so many messages: a power of 2. */
const LOOK = 16;

let left = MESSAGES;
let began = 0;
let waiting: (() => void)[] = [];

/** Whether there is time for one more message in this turn. */
export function hasTime(): boolean {
  if (left <= 0) return false;
  left -= 1;
  if (left % LOOK === 0 && performance.now() - began > TIME) left = 0;
  return left > 0;
}

/** Calls it in the next turn. */
export function nextTurn(goOn: () => void): void {
  if (waiting.push(goOn) === 1) setImmediate(beginTurn);
}

function beginTurn(): void {
  const all = waiting;
  waiting = [];
  left = MESSAGES;
  began = performance.now();
  for (const goOn of all) goOn();
}
