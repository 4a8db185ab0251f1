import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { SocketTypeName } from "tx0mq";
import { type Maker, type TestOptions, TestSocket, type Text } from "./sockets.js";

const PEER = fileURLToPath(new URL("peer.py", import.meta.url));
const python = ["python3", "/usr/bin/python3"].find(
  (one) => spawnSync(one, ["-c", "import zmq"]).status === 0,
);

/** Why tests beside libzmq are skipped, or false. */
export const skip: string | false = python === undefined && "python3-zmq is not installed";

/** A frame on its way to Python or back: a large one that repeats a letter is that letter, and how often. */
type Packed = string | readonly [letter: string, times: number];
type Value = string | number | boolean | readonly Packed[] | TestOptions;
type Order = Readonly<Record<string, Value>>;

interface Line {
  readonly id?: number;
  readonly ok?: unknown;
  readonly error?: string;
  readonly socket?: string;
  readonly event?: string;
  readonly address?: string;
  readonly value?: number;
}

function pack(frame: string): Packed {
  const [letter = ""] = frame;
  const repeats = frame.length > 1000 && frame === letter.repeat(frame.length);
  return repeats ? [letter, frame.length] : frame;
}

function unpack(packed: Packed): string {
  return typeof packed === "string" ? packed : packed[0].repeat(packed[1]);
}

/** What libzmq reports, as in the library. */
export class Refusal extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/** A process of Python's with sockets of libzmq. */
export class Python implements Maker {
  readonly name = "libzmq";
  readonly process: ChildProcess;
  /** Rejects when it has ended. */
  readonly over: Promise<never>;
  readonly #calls = new Map<
    number,
    { resolve: (ok: unknown) => void; reject: (error: Error) => void }
  >();
  readonly #sockets = new Map<string, PythonSocket>();
  #guarded: Promise<unknown> | undefined;
  #count = 0;

  constructor() {
    const process = spawn(python ?? "", [PEER], { stdio: ["pipe", "pipe", "inherit"] });
    this.process = process;
    createInterface({ input: process.stdout }).on("line", (line) => this.#heard(JSON.parse(line)));
    process.stdin.on("error", () => undefined); // it has ended, which calls tell
    this.over = new Promise((_resolve, reject) => {
      process.on("exit", () => {
        reject(this.#end());
        for (const call of this.#calls.values()) call.reject(this.#end());
        this.#calls.clear();
      });
    });
    this.over.catch(() => undefined); // those who wait are told
    this.#unref();
  }

  /** Whether it has ended, by itself or by an assertion of libzmq's. */
  get ended(): boolean {
    return this.process.exitCode !== null || this.process.signalCode !== null;
  }

  #end(): Error {
    return new Error(`Python has ended: ${this.process.signalCode ?? this.process.exitCode}`);
  }

  /** It keeps nobody alive but those who wait for an answer. */
  #unref(): void {
    this.process.unref();
    for (const pipe of [this.process.stdin, this.process.stdout]) {
      (pipe as unknown as { unref(): void }).unref();
    }
  }

  #heard(line: Line): void {
    if (line.id === undefined) {
      const { event: name = "", address = "", value = 0 } = line;
      this.#sockets.get(line.socket ?? "")?.told({ name, address, value });
      return;
    }
    const call = this.#calls.get(line.id);
    this.#calls.delete(line.id);
    if (line.error === undefined) call?.resolve(line.ok);
    else call?.reject(new Refusal(line.error));
  }

  call(op: string, order: Order = {}): Promise<unknown> {
    if (this.ended) return Promise.reject(this.#end());
    this.#count += 1;
    const id = this.#count;
    const alive = setInterval(() => undefined, 60_000);
    return new Promise((resolve, reject) => {
      this.#calls.set(id, { resolve, reject });
      this.process.stdin?.write(`${JSON.stringify({ id, op, ...order })}\n`);
    }).finally(() => clearInterval(alive));
  }

  async socket(type: SocketTypeName, options: TestOptions = {}): Promise<TestSocket> {
    this.#count += 1;
    const name = `${type} ${this.#count}`;
    const socket = new PythonSocket(this, name);
    this.#sockets.set(name, socket);
    await this.call("socket", { socket: name, type, options });
    return socket;
  }

  async guard(users: Readonly<Record<string, string>>, keys: readonly string[]): Promise<void> {
    this.#guarded ??= this.call("zap", { users, keys });
    await this.#guarded;
  }

  end(): void {
    this.process.kill("SIGKILL");
  }
}

class PythonSocket extends TestSocket {
  readonly #python: Python;
  readonly #name: string;
  #closed = false;

  constructor(owner: Python, name: string) {
    super();
    this.#python = owner;
    this.#name = name;
  }

  #call(op: string, order: Order = {}): Promise<unknown> {
    return this.#python.call(op, { socket: this.#name, ...order });
  }

  async bind(address: string): Promise<string> {
    return (await this.#call("bind", { address })) as string;
  }

  async connect(address: string): Promise<void> {
    await this.#call("connect", { address });
  }

  async unbind(address: string): Promise<void> {
    await this.#call("unbind", { address });
  }

  async disconnect(address: string): Promise<void> {
    await this.#call("disconnect", { address });
  }

  async set(option: string, value: string | number | boolean): Promise<void> {
    await this.#call("set", { option, value });
  }

  async send(...frames: Text): Promise<void> {
    await this.#call("send", { frames: frames.map(pack), wait: true });
  }

  async trySend(...frames: Text): Promise<string> {
    return this.#call("send", { frames: frames.map(pack), wait: false }).then(
      () => "sent",
      ({ code }: Refusal) => code,
    );
  }

  async #receive(wait: boolean): Promise<string[]> {
    return ((await this.#call("receive", { wait })) as Packed[]).map(unpack);
  }

  protected next(): Promise<string[]> {
    return this.#receive(true);
  }

  async tryReceive(): Promise<string[] | undefined> {
    try {
      return await this.#receive(false);
    } catch {
      return undefined;
    }
  }

  async close(): Promise<void> {
    if (this.#closed || this.#python.ended) return;
    this.#closed = true;
    await this.#call("close");
  }
}
