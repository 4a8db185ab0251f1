/** Something that is done once. Whoever asks for it gets the same promise, also code that it calls itself. */
export class Once {
  readonly #run: () => Promise<void>;
  #promise: Promise<void> | undefined;

  constructor(run: () => Promise<void>) {
    this.#run = run;
  }

  get hasBegun(): boolean {
    return this.#promise !== undefined;
  }

  /** Begins at once, unless it has begun. */
  begin(): Promise<void> {
    if (this.#promise !== undefined) return this.#promise;
    let run = (): void => undefined;
    this.#promise = new Promise((resolve) => {
      run = () => resolve(this.#run());
    });
    run();
    return this.#promise;
  }
}
