import { type ChildProcess, spawn } from "node:child_process";
import type { Writable } from "node:stream";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(new URL("janitor.sh", import.meta.url));

/**
 * A small shell process that kills what a stage started and removes its folder, as soon as the pipe
 * to the test's process closes: so that a test leaves nothing even when it is killed itself.
 */
export class Janitor {
  readonly #child: ChildProcess;
  readonly #pipe: Writable;
  readonly #gone: Promise<number | null>;

  constructor(folder: string) {
    // Out of the test's process group, so that Ctrl-C does not reach it.
    this.#child = spawn("/bin/sh", [SCRIPT, folder], {
      cwd: "/",
      detached: true,
      stdio: ["pipe", "ignore", "ignore"],
    });
    this.#pipe = this.#child.stdin as Writable;
    this.#pipe.on("error", () => {});
    this.#gone = new Promise((resolve, reject) => {
      this.#child.once("error", reject);
      this.#child.once("exit", resolve);
    });
    // Reported by clean(); until then it is nobody's business.
    this.#gone.catch(() => {});
  }

  /** A process group to kill at the end. */
  watch(group: number): void {
    this.#pipe.write(`start ${group}\n`);
  }

  /** A process group that may be empty now: its number can soon be somebody else's. */
  check(group: number): void {
    try {
      process.kill(-group, 0);
    } catch {
      this.#pipe.write(`gone ${group}\n`);
    }
  }

  /** Kills and removes all that is left. */
  async clean(): Promise<void> {
    this.#pipe.end();
    const code = await this.#gone;
    if (code !== 0) throw new Error("the stage's folder could not be removed");
  }
}
