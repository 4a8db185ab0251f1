// The measurements. Latency: a REQ waits for each reply of a REP, and says "done" in the end. Throughput:
// a DEALER says BEGIN and how many, sends them, and waits for the ROUTER's DONE.

import {
  ZmqDealerConnection,
  type ZmqFactory,
  ZmqRepConnection,
  ZmqReqConnection,
  ZmqRouterConnection,
} from "tx0mq";

export type Test = "lat" | "thr";

/** What a test came to. */
export interface Result {
  readonly seconds: number;
  /** How long sending took, of messages that nobody replies to. */
  readonly sending?: number;
}

/** Serves one client after the other. @returns the address */
export function serve(factory: ZmqFactory, test: Test, url: string): string {
  const server =
    test === "lat"
      ? new ZmqRepConnection(factory, { bind: url })
      : new ZmqRouterConnection(factory, { bind: url }, { receiveHighWaterMark: 0 });
  if (server instanceof ZmqRepConnection) echo(server);
  else sink(server);
  return server.address;
}

async function echo(rep: ZmqRepConnection): Promise<void> {
  for await (const message of rep) await rep.send(message);
}

async function sink(router: ZmqRouterConnection): Promise<void> {
  let left = 0;
  for await (const message of router) {
    if (message.length === 3) {
      left = Number(message[2]);
      await router.send(message);
    } else if (--left === 0) await router.send([message[0], "DONE"]);
  }
}

/** Sends so many messages of a size. */
export async function latency(
  factory: ZmqFactory,
  url: string,
  count: number,
  size: number,
): Promise<Result> {
  const req = new ZmqReqConnection(factory, { connect: url });
  const message = Buffer.alloc(size, " ");
  await req.send(message); // one round trip before the clock starts
  await req.receive();
  const start = performance.now();
  for (let i = 0; i < count; i++) {
    await req.send(message);
    const [reply] = await req.receive();
    if (reply.length !== size) throw new Error(`${reply.length} bytes came back of ${size}`);
  }
  const seconds = (performance.now() - start) / 1000;
  await req.send("done");
  await req.shutdown();
  return { seconds };
}

/** Sends so many messages of a size, and waits until all have arrived. */
export async function throughput(
  factory: ZmqFactory,
  url: string,
  count: number,
  size: number,
): Promise<Result> {
  const dealer = new ZmqDealerConnection(factory, { connect: url }, { sendHighWaterMark: 0 });
  await dealer.send(["BEGIN", String(count)]);
  await dealer.receive();
  const message = Buffer.alloc(size, " ");
  const start = performance.now();
  for (let i = 0; i < count; i++) await dealer.send(message);
  const sending = (performance.now() - start) / 1000;
  await dealer.receive();
  const seconds = (performance.now() - start) / 1000;
  await dealer.shutdown();
  return { seconds, sending };
}
