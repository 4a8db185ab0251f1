import { randomInt } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";

/** The longest path of a socket file: `sun_path` without its NUL. */
const MAX_PATH = process.platform === "linux" ? 107 : 103;

/** Endpoints that nobody else uses. */
export class Addresses {
  readonly #folder: string;
  readonly #host = loopback();
  readonly #ports = new Set<number>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** An `ipc://` endpoint; the same name gives the same endpoint. */
  ipc(name: string): string {
    const path = join(this.#folder, name);
    if (Buffer.byteLength(path) > MAX_PATH) {
      throw new RangeError(`"${path}" is too long for a socket: choose a shorter name`);
    }
    return `ipc://${path}`;
  }

  /** A `tcp://` endpoint with a port that is free, another one at each call. */
  async tcp(): Promise<string> {
    const server = createServer().listen(0, this.#host);
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    if (this.#ports.has(port)) return this.tcp();
    this.#ports.add(port);
    return `tcp://${this.#host}:${port}`;
  }
}

/** A loopback host that nobody else takes ports of: on Linux all of 127/8 is this machine. */
export function loopback(): string {
  if (process.platform !== "linux") return "127.0.0.1";
  return `127.${randomInt(1, 255)}.${randomInt(256)}.${randomInt(1, 255)}`;
}
