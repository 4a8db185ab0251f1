// The loops: n integers of four bytes from a PUSH to a PULL, and a last message with the seconds that
// sending took. As a thread it runs both, and tells what came of it.

import { isMainThread, parentPort, workerData } from "node:worker_threads";
import { ZmqFactory, ZmqPullConnection, ZmqPushConnection } from "tx0mq";

/** Sends them, connected to the address. */
export async function send(address: string, n: number): Promise<void> {
  const factory = new ZmqFactory();
  const push = new ZmqPushConnection(factory, { connect: address });
  const start = performance.now();
  for (let i = 0; i < n; i++) await push.send(Int32Array.of(i));
  await push.send(Float64Array.of((performance.now() - start) / 1000));
  await factory.shutdown();
}

/** Receives them, bound to the address. @returns how many the sender has sent in a second */
export async function receive(address: string, n: number): Promise<number> {
  const factory = new ZmqFactory();
  const pull = new ZmqPullConnection(factory, { bind: address });
  for (let i = 0; i < n; i++) await pull.receive();
  const [seconds] = await pull.receive();
  await factory.shutdown();
  if (seconds.length !== 8) throw new Error("the last message is not a double: same --n at both?");
  return n / seconds.readDoubleLE();
}

/** What has come of a loop, and where it ran. */
export interface Run {
  readonly rate: number;
  readonly isMainThread: boolean;
}

/** Both at once. */
export async function sendAndReceive(address: string, n: number): Promise<Run> {
  const [rate] = await Promise.all([receive(address, n), send(address, n)]);
  return { rate, isMainThread };
}

if (parentPort) {
  const { url, n }: { url: string; n: number } = workerData;
  parentPort.postMessage(await sendAndReceive(url, n));
}
