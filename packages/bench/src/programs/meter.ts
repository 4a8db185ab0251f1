/** What a round counts, and what ends it. */
export class Meter {
  count = 0;
  /** The round ends when its time is over … */
  stopped = false;
  /** … or when so many are counted. */
  readonly limit: number;

  constructor(limit = Number.POSITIVE_INFINITY) {
    this.limit = limit;
  }

  /** Whether the program is to end with what it is at. */
  get over(): boolean {
    return this.stopped || this.count >= this.limit;
  }
}

/** Runs one round: does its work, counting it, until the meter says that it is over. */
export type Round = (meter: Meter) => Promise<void>;

/** What was used in one round. */
export interface Sample {
  readonly count: number;
  readonly wallMs: number;
  /** CPU time of the measured process; of its JavaScript thread alone where its peer is in it too. */
  readonly cpuMs: number | undefined;
  /** CPU time of the JavaScript thread, where the system tells. */
  readonly threadMs: number | undefined;
}
