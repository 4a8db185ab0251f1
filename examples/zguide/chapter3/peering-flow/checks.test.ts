/** What brokers that give work to each other must do, with and without a state flow between them. */

import assert from "node:assert/strict";
import { type Program, refuses, type Stage } from "@tx0mq/smoke";
import {
  ZmqDealerConnection,
  ZmqEndpoint,
  type ZmqFactory,
  ZmqReqConnection,
  ZmqRouterConnection,
} from "tx0mq";

export const LIMIT = { timeout: 60_000 }; // for what never comes

/** Starts a broker in the stage's folder, where its sockets have their files. */
export function starter(program: string) {
  return (stage: Stage, args: readonly string[]): Program =>
    stage.start(program, args, { cwd: stage.folder });
}

/** Where a broker binds the socket of a flow. */
export function addressOf(stage: Stage, name: string, flow: string): string {
  return `ipc://${stage.folder}/${name}-${flow}.ipc`;
}

/** A worker of the test's own, which takes as long as the test likes. */
class HeldWorker extends ZmqReqConnection {
  #envelope: Buffer[] = [];

  /** The next request: its frames as strings, the client's identity left out. */
  async work(): Promise<string[]> {
    const request = await this.receive(LIMIT);
    this.#envelope = request.slice(0, -1);
    return request.filter((_, i) => i !== request.length - 3).map(String);
  }

  reply(body: string): Promise<void> {
    return this.send([...this.#envelope, body]);
  }
}

/** A worker that its broker has noticed. */
export async function ready(factory: ZmqFactory, stage: Stage, broker: Program, name: string) {
  const localbe = ZmqEndpoint.connect(addressOf(stage, name, "localbe"));
  const worker = new HeldWorker(factory, localbe);
  await worker.send("\x01");
  await broker.line(/is ready$/);
  return worker;
}

export async function ask(factory: ZmqFactory, stage: Stage, name: string, request: string) {
  const localfe = ZmqEndpoint.connect(addressOf(stage, name, "localfe"));
  const client = new ZmqReqConnection(factory, localfe);
  await client.send(request);
  return client;
}

/**
 * DC1 and DC2, each with one worker, share three requests of DC1's clients. In the end DC1's worker has
 * the third, and DC2's is free.
 */
export async function sharesWork(factory: ZmqFactory, stage: Stage, dc1: Program, dc2: Program) {
  const local = await ready(factory, stage, dc1, "DC1");
  const remote = await ready(factory, stage, dc2, "DC2");

  const a = await ask(factory, stage, "DC1", "a");
  assert.deepEqual(await local.work(), ["", "a"], "a local worker is free: it gets the request");
  const b = await ask(factory, stage, "DC1", "b");
  assert.deepEqual(await remote.work(), ["DC1", "", "b"], "none is free: a peer's gets it");
  const third = await ask(factory, stage, "DC1", "c"); // now nobody is free
  await local.reply("A");
  assert.equal(String(await a.receive(LIMIT)), "A");
  assert.deepEqual(await local.work(), ["", "c"], "a busy peer was not given it");
  await remote.reply("B");
  assert.equal(String(await b.receive(LIMIT)), "B", "back through both brokers");
  return { local, remote, third };
}

/** A broker, one of its workers and one of its clients, each alone: the client gets its replies, and ends. */
export async function rolesStandAlone(
  stage: Stage,
  name: string,
  clientArgs: readonly string[],
): Promise<{ broker: Program; worker: Program; client: Program }> {
  const start = starter(name);
  const client = start(stage, ["--role", "client", ...clientArgs, "DC1"]); // the others may come later
  const worker = start(stage, ["--role", "worker", "--work", "0", "DC1"]);
  const broker = start(stage, ["--role", "broker", "DC1"]);
  await broker.line(/is ready$/);
  assert.deepEqual(await client.exit(), { code: 0, signal: null });
  return { broker, worker, client };
}

/** Wrong names and flags, which each of the programs refuses. */
export async function refusesWrongArguments(stage: Stage, name: string): Promise<void> {
  const start = starter(name);
  const few = ["DC1", "DC2", "--workers", "few"];
  for (const names of [[], [""], ["DC1", ""]]) {
    await refuses(start(stage, names), new RegExp(`^usage: ${name} .*needs a name`));
  }
  await refuses(start(stage, few), new RegExp(`^usage: ${name} .*--workers`));
  await refuses(start(stage, ["DC1", "--role", "boss"]), new RegExp(`^usage: ${name} .*"boss"`));
  const elsewhere = new RegExp(`^${name}: bad endpoint "ipc://nowhere/DC1-`);
  await refuses(start(stage, ["nowhere/DC1"]), elsewhere);
}

/** DC1's peer DC3, whose part the test plays, badly; and DC1's worker, which goes on getting work. */
export class PlayedPeer {
  /** How many lines DC1 has on stderr. */
  complaints = 0;
  readonly #factory: ZmqFactory;
  readonly #stage: Stage;
  readonly #broker: Program;
  readonly #worker: HeldWorker;
  /** Sends DC3's requests. */
  readonly #requests: ZmqDealerConnection;
  /** Takes DC1's requests. */
  readonly #cloud: ZmqRouterConnection;

  static async meets(factory: ZmqFactory, stage: Stage, broker: Program): Promise<PlayedPeer> {
    const worker = await ready(factory, stage, broker, "DC1");
    return new PlayedPeer(factory, stage, broker, worker);
  }

  private constructor(factory: ZmqFactory, stage: Stage, broker: Program, worker: HeldWorker) {
    this.#factory = factory;
    this.#stage = stage;
    this.#broker = broker;
    this.#worker = worker;
    this.#requests = this.#dealer("cloud", "DC3");
    const cloud = ZmqEndpoint.bind(addressOf(stage, "DC3", "cloud"));
    this.#cloud = new ZmqRouterConnection(factory, cloud, { routingId: "DC3", mandatory: true });
  }

  #dealer(flow: string, routingId: string): ZmqDealerConnection {
    const address = ZmqEndpoint.connect(addressOf(this.#stage, "DC1", flow));
    return new ZmqDealerConnection(this.#factory, address, { routingId });
  }

  /** Waits until a socket of DC1 has refused a message of so many frames. */
  async refused(socket: string, frames: number): Promise<void> {
    const pattern = new RegExp(`${socket} refused a message of ${frames} frames`);
    await this.#broker.line(pattern, { from: "stderr" });
    this.complaints += 1;
  }

  /** Malformed messages, and such as nobody may send, to all sockets that take work or replies. */
  async misbehaves(): Promise<void> {
    for (const [socket, rogue] of [
      ["localfe", this.#dealer("localfe", "rogue")],
      ["localbe", this.#dealer("localbe", "rogue")],
      ["cloudfe", this.#requests],
    ] as const) {
      for (const message of [
        [""],
        ["one frame"],
        ["no delimiter", "request"],
        Array.from({ length: 1000 }, () => "part"),
        ["", Buffer.alloc(64 * 1024 * 1024)],
      ]) {
        await rogue.send(message);
        await this.refused(socket, message.length + 1);
      }
    }
    const idler = this.#dealer("localbe", "idler");
    await idler.send(["", "nobody", "", "a reply that nobody asked for"]);
    await this.refused("localbe", 5);
    await this.#dealer("cloud", "DC4").send(["client", "", "a request of an unknown broker"]);
    await this.refused("cloudfe", 4);
  }

  /**
   * Work still goes all ways: to DC1's worker, from DC1 to DC3, and from DC3 to DC1. `meanwhile` is done
   * when DC1's worker and DC3 have a request each, and before they reply.
   */
  async sharesWork(meanwhile?: () => Promise<void>): Promise<void> {
    const client = await ask(this.#factory, this.#stage, "DC1", "first");
    assert.deepEqual(await this.#worker.work(), ["", "first"]);
    const forCloud = await ask(this.#factory, this.#stage, "DC1", "second");
    const [, identity] = await this.#cloud.receive(LIMIT);
    await meanwhile?.();
    await this.#cloud.send(["DC1", "nobody", "", "a reply that nobody asked for"]);
    await this.refused("cloudbe", 4);
    await this.#cloud.send(["DC1", "", identity ?? "", "", "done"]); // as Python's brokers frame it
    assert.equal(String(await forCloud.receive(LIMIT)), "done");

    await this.#worker.reply("and here");
    assert.equal(String(await client.receive(LIMIT)), "and here");
    await this.#requests.send(["client", "", "a request of DC3"]);
    assert.deepEqual(await this.#worker.work(), ["DC3", "", "a request of DC3"]);
    await this.#worker.reply("for DC3");
    const reply = await this.#requests.receive(LIMIT);
    assert.deepEqual(reply.map(String), ["client", "", "for DC3"]);
  }

  /** Has two requests of DC1 at once, since DC1 counts on the first no more, and replies all the same. */
  async isLate(): Promise<void> {
    const local = await ask(this.#factory, this.#stage, "DC1", "local");
    assert.deepEqual(await this.#worker.work(), ["", "local"]);
    const slow = await ask(this.#factory, this.#stage, "DC1", "slow");
    const [, from = ""] = await this.#cloud.receive(LIMIT);
    const next = await ask(this.#factory, this.#stage, "DC1", "next");
    const [, other = ""] = await this.#cloud.receive(LIMIT);
    await this.#cloud.send(["DC1", from, "", "late"]);
    await this.#cloud.send(["DC1", from, "", "once more"]);
    await this.refused("cloudbe", 4);
    await this.#cloud.send(["DC1", other, "", "done"]);
    await this.#worker.reply("here");
    for (const [client, reply] of [
      [slow, "late"],
      [next, "done"],
      [local, "here"],
    ] as const) {
      assert.equal(String(await client.receive(LIMIT)), reply);
    }
  }

  /** Goes while DC1's worker is busy. Now nobody can take a request, and DC1 reads none. */
  async leaves(): Promise<void> {
    const client = await ask(this.#factory, this.#stage, "DC1", "last");
    assert.deepEqual(await this.#worker.work(), ["", "last"]);
    await this.#cloud.shutdown();
    await this.#broker.line(/^E: DC3 is gone, with 0 of our requests$/, { from: "stderr" });
    this.complaints += 1;
    const before = this.#broker.errors.length;
    await this.#dealer("localfe", "early").send(["no delimiter", "request"]);
    await this.#dealer("localbe", "early").send(["no delimiter", "reply"]);
    await this.refused("localbe", 3);
    assert.equal(this.#broker.errors.length, before + 1, "the client's message has not been read");
    await this.#worker.reply("the end");
    assert.equal(String(await client.receive(LIMIT)), "the end");
    await this.refused("localfe", 3);
  }
}
