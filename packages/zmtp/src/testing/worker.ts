import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { Facts } from "./streams.js";

const HERE = import.meta.url;
const probe = new URL("probe.ts", HERE).href;
const engine = new URL("../engine.ts", HERE).href;

/** A thread that runs a program, in which `socket(type, options)` makes a socket of the shared context. */
export class Thread extends Facts {
  readonly worker: Worker;
  readonly told: unknown[] = [];
  readonly end: Promise<unknown[]>;

  constructor(program: string) {
    super();
    const whole = `
      import("@tx0mq/smoke/ts").then(async () => {
        const { parentPort } = await import("node:worker_threads");
        const { Probe } = await import(${JSON.stringify(probe)});
        const { zmtp } = await import(${JSON.stringify(engine)});
        const context = zmtp.createContext({ shared: true });
        const socket = (type, options) => new Probe(context, type, options);
        const tell = (what) => parentPort.postMessage(what);
        const order = () => new Promise((resolve) => parentPort.once("message", resolve));
        ${program}
      });`;
    this.worker = new Worker(whole, { eval: true });
    this.end = once(this.worker, "exit");
    this.end.catch(() => undefined);
    this.worker.on("error", (error) => {
      this.told.push(`failed: ${error.message}`);
      this.changed();
    });
    this.worker.on("message", (what) => {
      this.told.push(what);
      this.changed();
    });
  }

  /** The next value that the thread posts, or its failure. */
  async next(): Promise<unknown> {
    await this.until(() => this.told.length > 0, "something told by a thread");
    return this.told.shift();
  }

  order(what: unknown): void {
    this.worker.postMessage(what);
  }
}
