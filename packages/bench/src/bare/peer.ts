/**
 * The other end of every measured program: a process of its own, or for inproc a worker thread. It
 * binds, tells its address and then works until it is stopped.
 */
import { parentPort, workerData } from "node:worker_threads";
import {
  Dealer,
  Proxy as NativeProxy,
  Publisher,
  Pull,
  Push,
  Router,
  type Socket,
  Subscriber,
} from "zeromq";
import { highWaterMark } from "../programs/program.ts";
import type { Side } from "./rows.ts";

export interface PeerArguments {
  readonly program: Side;
  /** Where to bind. */
  readonly address: string;
}

/** What is bound and at work, and what stops it. */
interface AtWork {
  readonly lastEndpoint: string | null;
  stop(): void;
}

/** Does the work again and again until its socket is closed. */
function repeat(socket: Socket, work: () => Promise<void>): AtWork {
  const { lastEndpoint } = socket;
  void (async () => {
    try {
      while (!socket.closed) await work();
    } catch (error) {
      if (!socket.closed) throw error;
    }
  })();
  return { lastEndpoint, stop: () => socket.close() };
}

/** Sends as fast as the other side takes it. */
async function source({ size }: Side, address: string): Promise<AtWork> {
  const push = new Push({ sendHighWaterMark: highWaterMark(size), linger: 0 });
  await push.bind(address);
  const message = Buffer.alloc(size, 1);
  return repeat(push, async () => {
    push.sendTimeout = -1; // wait for room, and then fill it at one go
    await push.send(message);
    push.sendTimeout = 0;
    try {
      for (let i = 0; i < 512; i += 1) await push.send(message);
    } catch {
      // full
    }
  });
}

/** Takes what comes and drops it, natively: faster than any JavaScript could. */
async function sink({ peer, size }: Side, address: string): Promise<AtWork> {
  const receiveHighWaterMark = highWaterMark(size);
  const from =
    peer === "sink" ? new Pull({ receiveHighWaterMark }) : new Subscriber({ receiveHighWaterMark });
  await from.bind(address);
  if (from instanceof Subscriber) from.subscribe();
  const { lastEndpoint } = from;
  const nowhere = new Publisher();
  await nowhere.bind("inproc://nowhere");
  const proxy = new NativeProxy(from, nowhere);
  void proxy.run();
  return { lastEndpoint, stop: () => proxy.terminate() };
}

/** Sends every request back as its reply. */
async function echo({ size }: Side, address: string): Promise<AtWork> {
  const router = new Router({ sendTimeout: 0, linger: 0, sendHighWaterMark: highWaterMark(size) });
  await router.bind(address);
  return repeat(router, async () => router.send(await router.receive()));
}

/** Keeps so many requests in flight. */
async function client({ size, window }: Side, address: string): Promise<AtWork> {
  const dealer = new Dealer({ linger: 0 });
  await dealer.bind(address);
  const request = ["", Buffer.alloc(size, 1)];
  let due = window;
  return repeat(dealer, async () => {
    if (due === 0) await dealer.receive();
    else due -= 1;
    await dealer.send(request);
  });
}

const ROLES = { source, sink, subscriber: sink, echo, client };

const { program, address } = (
  parentPort ? workerData : JSON.parse(process.argv[2] ?? "")
) as PeerArguments;
const peer = await ROLES[program.peer](program, address);
if (parentPort) {
  // A thread must not exit while its sockets wait: the binding would end the whole process.
  parentPort.once("message", () => peer.stop());
  parentPort.postMessage(peer.lastEndpoint);
} else {
  process.on("SIGINT", () => undefined); // the benchmark ends its processes itself
  process.once("disconnect", () => {
    peer.stop(); // the end of the process would wait for a proxy that runs
    process.exit();
  });
  process.send?.(peer.lastEndpoint);
}
