/** A fact that a test waited for did not come true. */
export class WaitError extends Error {
  override readonly name = "WaitError";
}

/** How long any wait may take, in milliseconds: 60 seconds, or what SMOKE_LIMIT_MS says. */
export const LIMIT_MS = readLimit(process.env);

function readLimit({ SMOKE_LIMIT_MS: text }: NodeJS.ProcessEnv): number {
  if (text === undefined || text === "") return 60_000;
  const limit = Number(text);
  // A timer of Node holds 31 bits.
  if (!Number.isInteger(limit) || limit < 1 || limit > 0x7fffffff) {
    throw new RangeError(`SMOKE_LIMIT_MS must be a number of milliseconds, not "${text}"`);
  }
  return limit;
}

/** One wait of a test: a promise with a limit, whose errors point at the line that waited. */
export class Wait<T> {
  readonly promise: Promise<T>;
  readonly #timer: NodeJS.Timeout;
  readonly #origin: { stack?: string } = {};
  #resolve!: (value: T) => void;
  #reject!: (error: Error) => void;

  /** `caller` is the public function that waits: the stack of an error starts above it. */
  constructor(caller: (...args: never[]) => unknown, onLimit: () => void) {
    Error.captureStackTrace(this.#origin, caller);
    this.promise = new Promise<T>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#timer = setTimeout(onLimit, LIMIT_MS);
  }

  resolve(value: T): void {
    clearTimeout(this.#timer);
    this.#resolve(value);
  }

  fail(message: string): void {
    clearTimeout(this.#timer);
    const error = new WaitError(message);
    const frames = this.#origin.stack?.replace(/^.*\n?/, "") ?? "";
    error.stack = `${error.name}: ${message}\n${frames}`;
    this.#reject(error);
  }

  /** The test is over and nobody listens any more: the promise stays as it is. */
  abandon(): void {
    clearTimeout(this.#timer);
  }
}
