/** A line on the terminal that tells how far the work is; none where standard error is no terminal. */
export class Progress {
  readonly #tty = process.stderr.isTTY === true;

  show(text: string): void {
    if (this.#tty) process.stderr.write(`\r\x1b[K${text.slice(0, process.stderr.columns - 1)}`);
  }

  clear(): void {
    if (this.#tty) process.stderr.write("\r\x1b[K");
  }
}
