/* Draft types beside libzmq's, as the zeromq package has it: pyzmq's libzmq does not have to have them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type ConnectionOptions,
  ZmqClientConnection,
  type ZmqConnection,
  ZmqDishConnection,
  ZmqFactory,
  ZmqGatherConnection,
  ZmqRadioConnection,
  ZmqScatterConnection,
  ZmqServerConnection,
  ZmqSubConnection,
  ZmqXPubConnection,
  zmqHas,
} from "tx0mq";
import { zmtp } from "../src/index.js";

type Any = ZmqConnection<never, never, ConnectionOptions>;
type Kind<C, O> = new (factory: ZmqFactory, endpoints: [], options?: O) => C;

const skip = !zmqHas("draft") && "this libzmq has no draft types";
const SIZES = [0, 1, 255, 256, 70_000, 2 ** 20];

/** Where a scenario plays: with the one under test, and its peers, which are libzmq's. */
class Stage {
  readonly #sut: ZmqFactory;
  readonly #libzmq = new ZmqFactory({ lingerPeriod: 0 });
  /** Whether the one under test is bound, and its peers connect. */
  readonly binds: boolean;

  constructor(sut: ZmqFactory, binds: boolean) {
    this.#sut = sut;
    this.binds = binds;
  }

  sut<C, O>(kind: Kind<C, O>, options?: O): C {
    return new kind(this.#sut, [], options);
  }

  peer<C, O>(kind: Kind<C, O>, options?: O): C {
    return new kind(this.#libzmq, [], options);
  }

  /** Connects them, and waits until they have met. */
  async meet(sut: unknown, ...peers: readonly unknown[]): Promise<void> {
    const [one, others] = [sut as Any, peers as readonly Any[]];
    // They count from now on.
    const met = [one.peers(others.length), ...others.map((other) => other.peers(1))];
    if (this.binds) one.addEndpoints({ bind: "tcp://127.0.0.1:*" });
    for (const other of others) {
      if (!this.binds) other.addEndpoints({ bind: "tcp://127.0.0.1:*" });
      const [bound, connects] = this.binds ? [one, other] : [other, one];
      connects.addEndpoints({ connect: bound.lastEndpoint ?? "" });
    }
    await Promise.all(met);
  }

  async end(): Promise<void> {
    await this.#libzmq.shutdown();
    await this.#sut.shutdown();
  }
}

/** What libzmq is seen to do, this engine does. @param scenario returns what is seen */
function same(name: string, scenario: (stage: Stage) => Promise<unknown>): void {
  for (const binds of [true, false]) {
    const role = binds ? "binds" : "connects";
    test(`${name} (${role})`, { skip, timeout: 60_000 }, async ({ signal }) => {
      const play = async (sut: ZmqFactory): Promise<unknown> => {
        const stage = new Stage(sut, binds);
        signal.addEventListener("abort", () => stage.end()); // what waits for ever would keep the process
        return scenario(stage).finally(() => stage.end());
      };
      const theirs = await play(new ZmqFactory({ lingerPeriod: 0 }));
      assert.deepEqual(await play(new ZmqFactory({ engine: zmtp, lingerPeriod: 0 })), theirs);
    });
  }
}

const codeOf = (error: unknown): unknown => (error as { code?: unknown }).code;

/** A client asks with messages of all sizes, and what the server makes of them comes back. */
async function ask(client: ZmqClientConnection, server: ZmqServerConnection): Promise<unknown> {
  const seen: unknown[] = [];
  for (const size of SIZES) {
    await client.send("q".repeat(size));
    const [question, from] = await server.receive();
    await server.send([Buffer.from(`${question}!`), from]);
    const [reply] = await client.receive();
    seen.push(question.length, reply?.length, String(reply).slice(-2));
  }
  return seen;
}

same("CLIENT: asks", async (stage) => {
  const [client, server] = [stage.sut(ZmqClientConnection), stage.peer(ZmqServerConnection)];
  await stage.meet(client, server);
  return ask(client, server);
});

same("SERVER: replies to who has asked, and to nobody who has gone", async (stage) => {
  const server = stage.sut(ZmqServerConnection);
  const clients = [stage.peer(ZmqClientConnection), stage.peer(ZmqClientConnection)] as const;
  await stage.meet(server, ...clients);
  const seen: unknown[] = [];
  for (const client of clients) seen.push(await ask(client, server));
  // One that was connected to may come back.
  if (!stage.binds) return seen;
  await clients[0].send("last words");
  const [, gone] = await server.receive();
  await clients[0].shutdown();
  for (let code: unknown; code === undefined; ) {
    code = await server.send(["reply", gone]).then(() => undefined, codeOf);
    if (code !== undefined) seen.push(code);
  }
  return [...seen, await ask(clients[1], server)];
});

same("SCATTER: in turns", async (stage) => {
  const scatter = stage.sut(ZmqScatterConnection);
  const gathers = [stage.peer(ZmqGatherConnection), stage.peer(ZmqGatherConnection)];
  await stage.meet(scatter, ...gathers);
  for (const size of [...SIZES, ...SIZES]) await scatter.send("m".repeat(size));
  const seen: unknown[] = [];
  for (const gather of gathers) {
    const sizes: unknown[] = [];
    for (let n = 0; n < SIZES.length; n += 1) sizes.push((await gather.receive())[0]?.length);
    seen.push(sizes);
  }
  return seen.map(String).sort();
});

same("GATHER: all that is sent", async (stage) => {
  const gather = stage.sut(ZmqGatherConnection);
  const scatters = [stage.peer(ZmqScatterConnection), stage.peer(ZmqScatterConnection)];
  await stage.meet(gather, ...scatters);
  for (const scatter of scatters) for (const size of SIZES) await scatter.send("m".repeat(size));
  const seen: unknown[] = [];
  for (let n = 0; n < 2 * SIZES.length; n += 1) seen.push((await gather.receive())[0]?.length);
  return seen.map(String).sort();
});

/** Groups that are joined, named at their full length, left, and joined from before the connection. */
async function listen(
  radio: ZmqRadioConnection,
  dish: ZmqDishConnection,
  meet: () => Promise<void>,
): Promise<unknown> {
  const long = "g".repeat(255);
  const seen: unknown[] = [];
  const joined = async (group: string): Promise<void> => {
    let arrived = false;
    const sending = (async () => {
      while (!arrived) {
        await radio.send(["sync", { group }]);
        await new Promise(setImmediate);
      }
    })();
    // Those of the group before may still be on their way.
    while (!arrived) arrived = (await dish.receive())[1].group === group;
    await sending;
  };
  const hear = async (last: string): Promise<void> => {
    // Groups are told in their order: what is joined before the last one has arrived when that has.
    dish.join(last);
    await joined(last);
    for (const group of ["a", "ab", "b", "A", long]) {
      for (const size of SIZES) await radio.send(["m".repeat(size), { group }]);
    }
    await radio.send(["end", { group: last }]);
    for (;;) {
      const [message, { group }] = await dish.receive();
      if (String(message) === "end") return;
      if (String(message) !== "sync") seen.push([group, message.length]);
    }
  };
  dish.join("a");
  await meet();
  await joined("a"); // before they had met, in any order
  await hear("one");
  dish.join("A");
  dish.join(long);
  await hear("two");
  dish.leave("a");
  await hear("three");
  return seen;
}

/** A RADIO drops what there is no room for, and `listen` sends much before it reads. */
const ALL = { sendHighWaterMark: 0 };
const ROOM = { receiveHighWaterMark: 0 };

same("RADIO: to who has joined the group", async (stage) => {
  const [radio, dish] = [stage.sut(ZmqRadioConnection, ALL), stage.peer(ZmqDishConnection, ROOM)];
  return listen(radio, dish, () => stage.meet(radio, dish));
});

same("DISH: the groups that it has joined", async (stage) => {
  const [radio, dish] = [stage.peer(ZmqRadioConnection, ALL), stage.sut(ZmqDishConnection, ROOM)];
  return listen(radio, dish, () => stage.meet(dish, radio));
});

same("XPUB with manual: answers the one alone that has asked", async (stage) => {
  const xpub = stage.sut(ZmqXPubConnection, { manual: true });
  const subs = [stage.peer(ZmqSubConnection), stage.peer(ZmqSubConnection)];
  await stage.meet(xpub, ...subs);
  const seen: unknown[] = [];
  for (const [n, sub] of subs.entries()) {
    await sub.subscribe("topic");
    seen.push(String(await xpub.receive()));
    xpub.subscribe("topic");
    await xpub.answer(["topic", `for ${n}`]);
    await xpub.send(["topic", `for all since ${n}`]);
  }
  for (const [n, sub] of subs.entries()) {
    for (let more = n; more < 3; more += 1) seen.push((await sub.receive()).map(String));
  }
  return seen;
});
