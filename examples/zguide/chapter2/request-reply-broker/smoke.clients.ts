// What the smoke tests of the brokers between rrclient and rrworker share, whichever broker it is: who
// asks gets the replies, all workers take their share, and nonsense does no harm.

import assert from "node:assert/strict";
import { ZmqDealerConnection, ZmqEndpoint, type ZmqFactory, type ZmqReqConnection } from "tx0mq";

/** As much of a program that runs as is needed here. */
interface Program {
  readonly lines: readonly string[];
  line(pattern: RegExp): Promise<unknown>;
  exit(): Promise<unknown>;
}

/**
 * Starts clients, which come first: their requests wait in the broker until there is a worker.
 * @returns the two workers in one program that have answered them
 */
export async function clientsFirst<P extends Program>(
  start: (program: string, args: readonly string[]) => P,
  addresses: { readonly frontend: string; readonly backend: string },
): Promise<P> {
  const clients = ["Ada", "Grace"].map((request) => ({
    request,
    client: start("rrclient", ["--endpoint", addresses.frontend, "--request", request]),
  }));
  for (const { client } of clients) await client.line(/asks/);
  const workers = start("rrworker-parallel", [
    ...["--endpoint", addresses.backend, "--workers", "2", "--work", "0"],
  ]);
  for (const { client, request } of clients) {
    assert.deepEqual(await client.exit(), { code: 0, signal: null });
    assert.deepEqual(
      client.lines.slice(1).map((line) => line.replace(/A-[12]/, "?")),
      Array.from(
        { length: 10 },
        (_, n) => `Received reply ${n + 1} [${request}, World from worker ?]`,
      ),
    );
  }
  return workers;
}

export async function ask(client: ZmqReqConnection, request: string): Promise<string> {
  await client.send(request);
  return String(await client.receive());
}

/** Asks until it has heard from a third worker too, an rrworker, and then looks who answers. */
export async function allTakeTheirShare(client: ZmqReqConnection): Promise<void> {
  const heard = new Set<string>();
  while (heard.size < 3) heard.add(await ask(client, "Who?"));
  const shares = new Map<string, number>();
  for (let n = 0; n < 30; n++) {
    const reply = await ask(client, "Who?");
    shares.set(reply, (shares.get(reply) ?? 0) + 1);
  }
  assert.deepEqual(
    [...shares].sort(),
    [
      ["Who?, World from worker A-1", 10],
      ["Who?, World from worker A-2", 10],
      ["World", 10],
    ],
    "each of the three takes its share",
  );
}

/** Sends what has no envelope, and to each of the three workers a request that it has to refuse. */
export async function sendNonsense(factory: ZmqFactory, frontend: string): Promise<void> {
  const rude = new ZmqDealerConnection(factory, ZmqEndpoint.connect(frontend));
  await rude.send("no envelope");
  for (let n = 0; n < 3; n++) await rude.send(["", "two", "frames"]);
  for (let n = 0; n < 3; n++) {
    assert.deepEqual((await rude.receive()).map(String), ["", ""], "refused with an empty reply");
  }
}
