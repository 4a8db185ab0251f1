/** The C programs and the interpreters that the peers need. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const PROGRAMS = fileURLToPath(new URL("./programs/", import.meta.url));

export class MissingError extends Error {}

/** What has been compiled. */
export interface Tools {
  readonly otherEnd: string;
  readonly libzmq: string;
  /** The other end as a library, for programs that load it. */
  readonly library: string;
}

const HOW = {
  compiler: "a C compiler (cc): Debian's package gcc, or Xcode's command line tools",
  libzmq: "libzmq with its header zmq.h: Debian's package libzmq3-dev, or Homebrew's zeromq",
} as const;

/**
 * Compiles the C programs into a folder.
 *
 * @throws {MissingError} that names what is missing
 */
export function compile(folder: string): Tools {
  const compiler = ["cc", "gcc", "clang"].find((name) => runs(name, ["--version"]));
  if (compiler === undefined) throw new MissingError(`not found: ${HOW.compiler}`);
  const flags = packageFlags();
  const build = (to: string, ...args: string[]): string => {
    const output = join(folder, to);
    try {
      execFileSync(
        compiler,
        [
          "-O2",
          "-o",
          output,
          ...args.map((arg) => arg.replace(/^\w.*\.c$/, `${PROGRAMS}$&`)),
          ...flags,
        ],
        { stdio: "pipe" },
      );
    } catch (error) {
      const told = String((error as { stderr?: Buffer }).stderr ?? error);
      if (/zmq\.h|-lzmq|library.*zmq/.test(told))
        throw new MissingError(`not found: ${HOW.libzmq}`);
      throw new Error(`${compiler} failed:\n${told}`);
    }
    return output;
  };
  const library = "-DOTHER_END_LIBRARY";
  return {
    otherEnd: build("other-end", "other-end.c"),
    libzmq: build("libzmq", library, "libzmq.c", "other-end.c"),
    library: build("other-end.so", library, "-shared", "-fPIC", "other-end.c"),
  };
}

function packageFlags(): string[] {
  const threads = "-lpthread";
  try {
    const told = execFileSync("pkg-config", ["--cflags", "--libs", "libzmq"], { stdio: "pipe" });
    return [...String(told).trim().split(/\s+/), threads];
  } catch {
    return ["-lzmq", threads];
  }
}

function runs(command: string, args: readonly string[]): boolean {
  try {
    execFileSync(command, args, { stdio: "ignore", timeout: 20_000 });
    return true;
  } catch {
    return false;
  }
}
