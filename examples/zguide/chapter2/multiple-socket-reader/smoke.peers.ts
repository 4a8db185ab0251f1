// What the smoke tests of the multiple socket reader and of the poller share: the peers of the program,
// the nonsense that these send, and how little the program does while nothing comes.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import {
  ZmqClosedError,
  ZmqEndpoint,
  ZmqFactory,
  ZmqPushConnection,
  ZmqXPubConnection,
} from "tx0mq";

/** As much of the test's stage as is needed here. */
interface Stage<P extends Program> {
  ipc(name: string): string;
  start(program: string, args: readonly string[]): P;
}

interface Program {
  readonly name: string;
  readonly pid: number;
  line(pattern: RegExp): Promise<unknown>;
  count(pattern: RegExp, times: number, options: { from: "stderr" }): Promise<unknown>;
}

/** The program with its ventilator and its weather server, all connected and subscribed. */
export async function start<P extends Program>(stage: Stage<P>, name: string): Promise<Peers<P>> {
  const [tasks, updates] = [stage.ipc("tasks"), stage.ipc("updates")];
  const factory = new ZmqFactory();
  const ventilator = new ZmqPushConnection(factory, ZmqEndpoint.bind(tasks));
  const server = new ZmqXPubConnection(factory, ZmqEndpoint.bind(updates));
  const program = stage.start(name, ["--tasks", tasks, "--updates", updates]);
  assert.equal(String(await server.receive()), "\x0110001 ");
  return {
    ...{ program, ventilator, server },
    [Symbol.asyncDispose]: () => factory.shutdown(),
  };
}

export interface Peers<P extends Program> extends AsyncDisposable {
  readonly program: P;
  readonly ventilator: ZmqPushConnection;
  readonly server: ZmqXPubConnection;
}

/** Has the program work on a task that is long enough for what is sent meanwhile to arrive. */
export async function keepBusy({ program, ventilator }: Peers<Program>): Promise<void> {
  await ventilator.send("4000");
  await program.line(/^Task: 4000/);
}

/** Sends tasks and updates as fast as they are taken; the function that it returns makes an end. */
export function flood({ ventilator, server }: Peers<Program>): () => Promise<void> {
  let enough = false;
  const sendAll = async (): Promise<void> => {
    while (!enough) {
      await ventilator.send("1");
      await server.send("10001 0 0");
    }
  };
  const flooded = sendAll().catch((error) => assert.ok(error instanceof ZmqClosedError));
  return async () => {
    enough = true;
    await ventilator.shutdown();
    await flooded;
  };
}

/** What is no task and what is no update gets one line each, and the program goes on. */
export async function refusesNonsense({ program, ventilator, server }: Peers<Program>) {
  for (const task of ["", "soon", "-1", ["1", "2"]]) await ventilator.send(task);
  await program.count(new RegExp(`^${program.name}: refused a task`), 4, { from: "stderr" });
  for (const update of ["10001 warm", "10001 1 2 3", ["10001 1 2", "3"]]) await server.send(update);
  await program.count(new RegExp(`^${program.name}: refused an update`), 3, { from: "stderr" });
  await ventilator.send("0");
  await program.line(/^Task: 0 ms/);
}

/** Begins to watch how much a program does; the function that it returns checks that it was little. */
export function usage({ pid }: Program): () => void {
  const file = `/proc/${pid}/schedstat`; // of the main thread: ns on the CPU, ns in wait, runs
  if (!existsSync(file)) return () => undefined;
  const read = () => readFileSync(file, "utf8").split(" ").map(Number) as [number, number, number];
  const [began, [busy, , runs]] = [performance.now(), read()];
  return () => {
    const ms = performance.now() - began;
    const [busyNow, , runsNow] = read();
    assert.ok((busyNow - busy) / 1e6 < ms / 5, `${(busyNow - busy) / 1e6} of ${ms} ms busy`);
    assert.ok(runsNow - runs < ms / 10, `it ran ${runsNow - runs} times in ${ms} ms`);
  };
}
