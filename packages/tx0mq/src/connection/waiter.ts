import type { ZmqError } from "../errors.js";
import type { Queued } from "./queue.js";

/** The deadline of waiters that do not give up. */
export const FOREVER = Number.POSITIVE_INFINITY;

interface WaiterOptions {
  deadline?: number;
  iterator?: object;
}
const NO_OPTIONS: WaiterOptions = {};

/** A pending `receive()`, or `next()` of an iterator. */
export class Waiter<In> implements Queued {
  previous: this | undefined;
  next: this | undefined;
  readonly deliver: (message: In) => void;
  readonly end: (error?: ZmqError) => void;
  /** When it gives up, in ms of the process's clock. */
  readonly deadline: number;
  /** The promise that its reader holds. */
  held: Promise<unknown> | undefined;
  /** The iterator that it belongs to. */
  readonly iterator: object | undefined;

  constructor(
    deliver: (message: In) => void,
    end: (error?: ZmqError) => void,
    { deadline = FOREVER, iterator }: WaiterOptions = NO_OPTIONS,
  ) {
    this.deliver = deliver;
    this.end = end;
    this.deadline = deadline;
    this.iterator = iterator;
  }
}

/** A wait until a message is there. It takes none. */
export interface Peek {
  readonly notify: () => void;
  readonly deadline: number;
}
