/**
 * What one turn of the event loop has time for. All sockets of the thread share it: timers and other
 * work are kept waiting neither by a socket that is always readable, nor by a thousand of them, nor,
 * for much longer than one of its messages takes, by a handler that takes its time.
 *
 * Nobody tells when a turn begins. So what is counted is a budget, which begins anew where something
 * was deferred to the next turn, and only there: it may last for several turns in which little arrives,
 * and after a pause the first message may find it used up and be deferred.
 */
import { AsyncResource } from "node:async_hooks";

/** So many messages are received on one budget, beside one from each socket that was deferred. */
const MESSAGES = 512;
/** For so many ms messages are received on one budget. Those in which nothing was to be done do not count. */
const TIME = 10;
/** The clock is looked at after so many messages, or after fewer where they take their time. */
const LOOK = 16;
/** Messages take their time where one takes more than so many ms. */
const SLOW = 1 / 16;
/** A message has been handled after so many microtasks, unless its reader is very roundabout. */
const MICROTASKS = 4;

let left = MESSAGES;
let began = 0;
/** For how many ms the event loop had had nothing to do by then. */
let idled = 0;
/** After how many messages the clock is looked at, when it was last, and what is left when it next is. */
let every = 1;
let looked = 0;
let lookAt = MESSAGES;

/** A socket that is deferred, to go on in the context (AsyncLocalStorage) that it had then. */
class Deferred extends AsyncResource {
  readonly #goOn: () => void;

  constructor(goOn: () => void) {
    super("tx0mq");
    this.#goOn = goOn;
  }

  goOn(): void {
    this.runInAsyncScope(this.#goOn);
  }
}

/** Those that were deferred to this turn, and how many of them have gone on. */
let due: Deferred[] = [];
let served = 0;
/** Those that are deferred to the next turn. */
let waiting: Deferred[] = [];
let scheduled = false;

/** Whether there is time for one more message in this turn. */
export function hasTime(): boolean {
  if (left <= 0) return false;
  left -= 1;
  if (left <= lookAt) look();
  return left > 0;
}

/** Looks at the clock. @returns whether the time is over */
function look(): boolean {
  const now = performance.now();
  if (now - began > TIME) {
    const idle = idleTime();
    began += idle - idled;
    idled = idle;
  }
  const isOver = now - began > TIME;
  if (isOver) left = 0;
  every = now - looked > SLOW * every ? 1 : Math.min(2 * every, LOOK);
  looked = now;
  lookAt = left - every;
  return isOver;
}

function idleTime(): number {
  return performance.eventLoopUtilization().idle;
}

/** Calls it in the next turn, or in a later one where that has no time left: to receive one message. */
export function deferToNextTurn(goOn: () => void): void {
  waiting.push(new Deferred(goOn));
  schedule();
}

function schedule(): void {
  if (scheduled) return;
  scheduled = true;
  setImmediate(beginTurn);
}

function beginTurn(): void {
  scheduled = false;
  due = served < due.length ? due.slice(served).concat(waiting) : waiting;
  served = 0;
  waiting = [];
  left = MESSAGES;
  began = performance.now();
  idled = idleTime();
  looked = began;
  every = 1;
  lookAt = left - every;
  void serve();
}

/**
 * Lets those that are due go on, a few at a time: handlers run only when this function waits, and
 * each may take long. Those that there is no time for go first in the next turn.
 */
async function serve(): Promise<void> {
  for (;;) {
    for (const end = Math.min(served + every, due.length); served < end; ) {
      served += 1;
      try {
        due[served - 1]?.goOn();
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
    if (served >= due.length) break;
    for (let n = 0; n < MICROTASKS; n += 1) await undefined;
    if (look()) return schedule();
  }
  due = [];
  served = 0;
}
