/**
 * Limits the work of one turn of the event loop. All sockets of the thread share the limit. Timers and other
 * work do not wait for a socket that is always readable, nor for a thousand of them. For a handler that is slow
 * they wait not much longer than for one of its messages.
 *
 * No event tells when a turn begins. So there is a budget. It begins anew when a socket was deferred to the next
 * turn, and only then: it may last for several turns in which little arrives, and after a pause the first
 * message may find it used up and be deferred.
 */
import { AsyncResource } from "node:async_hooks";
import { performance, queueMicrotask, setImmediate } from "../clock.js";

/** The messages of one budget, beside one from each socket that was deferred. */
const MESSAGES = 512;
/** The time of one budget, in ms. Time in which there was nothing to do does not count. */
const TIME = 10;
/** How many messages are received between two looks at the clock; fewer if they are slow. */
const LOOK = 16;
/** Messages are slow if one takes more ms than this. */
const SLOW = 1 / 16;
/** After so many microtasks a message has been handled, unless its reader is very roundabout. */
const MICROTASKS = 4;

let left = MESSAGES;
let began = 0;
/** How many ms the event loop had been idle when the budget began, moved on with `began`. */
let idled = 0;
/** How many messages to receive between two looks, when the last look was, and what is left at the next one. */
let every = 1;
let looked = 0;
let lookAt = MESSAGES;

/** A socket that is deferred. It goes on in the context (AsyncLocalStorage) that it had then. */
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

/** The sockets that were deferred to this turn, and how many of them have gone on. */
let due: Deferred[] = [];
let served = 0;
/** The sockets that are deferred to the next turn. */
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

/** Calls `goOn`, which receives one message, in the next turn that has time left. */
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
 * Lets the sockets that are due go on, a few at a time: handlers run only when this function waits, and
 * each may take long. Sockets for which there is no time left go first in the next turn.
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
