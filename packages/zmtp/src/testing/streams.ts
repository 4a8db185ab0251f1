import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type {
  Listener,
  Stream,
  StreamSink,
  Transport,
  TransportOptions,
} from "../transports/transport.js";

const LIMIT = 60_000;

/** Waits until a fact is true: checks it after each event, and keeps the process alive, as streams do not. */
export class Facts {
  /** How long a fact may take, in ms. */
  protected readonly limit: number = LIMIT;
  #waiting: (() => void)[] = [];

  changed(): void {
    for (const look of this.#waiting) look();
  }

  until(fact: () => boolean, what = String(fact)): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = () => {
        if (!fact()) return;
        clearTimeout(limit);
        this.#waiting = this.#waiting.filter((one) => one !== look);
        resolve();
      };
      const give = () => reject(new Error(`never came true: ${what}${this.instead()}`));
      const limit = setTimeout(give, this.limit);
      this.#waiting.push(look);
      look();
    });
  }

  /** Another fact that has come true, if it explains why the expected one has not. */
  protected instead(): string {
    return "";
  }
}

/** A stream, and all that it reported. */
export class Recorder extends Facts implements StreamSink {
  readonly stream: Stream;
  readonly chunks: Buffer[] = [];
  size = 0;
  drains = 0;
  ends = 0;
  error: NodeJS.ErrnoException | undefined;

  constructor(stream: Stream) {
    super();
    this.stream = stream;
    stream.open(this);
  }

  data(chunk: Buffer, lent = false): void {
    this.chunks.push(lent ? Buffer.from(chunk) : chunk);
    this.size += chunk.length;
    this.changed();
  }

  drained(): void {
    this.drains += 1;
    this.changed();
  }

  closed(error: Error | undefined): void {
    this.ends += 1;
    this.error = error;
    this.changed();
  }

  get text(): string {
    return Buffer.concat(this.chunks).toString();
  }
}

/** A listener with its connections. */
export class Listening extends Facts {
  readonly listener: Listener;
  readonly accepted: Recorder[] = [];
  readonly failures: NodeJS.ErrnoException[] = [];

  constructor(transport: Transport, place: string, options: TransportOptions = {}) {
    super();
    this.listener = transport.listen(place, options, {
      accepted: (stream) => {
        this.accepted.push(new Recorder(stream));
        this.changed();
      },
      failed: (error) => {
        this.failures.push(error);
        this.changed();
      },
    });
  }

  /** Its address without the transport. */
  get place(): string {
    return this.listener.address.replace(/^.*?:\/\//, "");
  }

  /** Connection number `n`. */
  async nth(n: number): Promise<Recorder> {
    await this.until(() => this.accepted.length > n);
    return this.accepted[n] as Recorder;
  }

  /** Ends everything. */
  async stop(): Promise<void> {
    for (const { stream } of this.accepted) stream.destroy();
    await this.listener.close();
  }
}

/** Connects; rejects if that fails. */
export async function connected(
  transport: Transport,
  place: string,
  options: TransportOptions = {},
): Promise<Recorder> {
  const facts = new Facts();
  let stream: Recorder | undefined;
  let failed: Error | undefined;
  transport.connect(place, options, {
    connected(one) {
      stream = new Recorder(one);
      facts.changed();
    },
    failed(error) {
      failed = error;
      facts.changed();
    },
  });
  await facts.until(() => stream !== undefined || failed !== undefined);
  if (stream === undefined) throw failed;
  return stream;
}

/** Listens and connects. */
export async function pair(transport: Transport, place: string, options: TransportOptions = {}) {
  const listening = new Listening(transport, place, options);
  const client = await connected(transport, listening.place, options);
  const server = await listening.nth(0);
  return { listening, client, server };
}

/** Runs a program of this folder. @returns its exit code and what it wrote */
export async function run(program: string, args: readonly string[] = []) {
  const file = fileURLToPath(new URL(program, import.meta.url));
  const node = [process.execPath, "--import", "@tx0mq/smoke/ts", file, ...args];
  const child = spawn("sh", ["-c", 'ulimit -n 256; exec "$@"', "sh", ...node], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk;
  });
  const limit = setTimeout(() => child.kill("SIGKILL"), LIMIT);
  const [code] = (await once(child, "close")) as [number | null];
  clearTimeout(limit);
  return { code, output };
}
