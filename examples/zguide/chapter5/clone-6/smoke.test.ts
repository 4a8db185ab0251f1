import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, test } from "node:test";
import { endsOn, type Program, Stage } from "@tx0mq/smoke";
import {
  ZmqArgumentError,
  ZmqClosedError,
  ZmqDealerConnection,
  ZmqFactory,
  ZmqPubConnection,
  ZmqRouterConnection,
  ZmqSubConnection,
  ZmqXPubConnection,
  ZmqXSubConnection,
} from "tx0mq";
import { KVMsg } from "../key-value-message/kvmsg.ts";
import { Clone, type CloneEvents } from "./clone.ts";
import { Pending } from "./pending.ts";

// For a long run: CLONE_KILLS=10 npm test
const KILLS = Number(process.env.CLONE_KILLS ?? 2);
const HEARTBEAT = 800; // a server that gets no time for two of them counts as frozen
const SILENCE = { silence: 4 * HEARTBEAT };
const LIMIT = { timeout: 60_000 }; // for what never comes

interface Server {
  readonly role: string;
  readonly program: Program;
}

describe("clone, model six", { concurrency: true, timeout: 120_000 + KILLS * 10_000 }, () => {
  test("servers are killed, and one is frozen, under load: all maps end equal, with the updates of the outages", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const place = stage.ipc("clone");
    const start = (role: string) =>
      stage.start("clonesrv6", [
        ...[role, "--local", place, "--peer", place, "--heartbeat", `${HEARTBEAT}`],
      ]);
    const servers = [`${place}:5556`, `${place}:5566`];
    let active: Server = { role: "-p", program: start("-p") };
    let passive: Server = { role: "-b", program: start("-b") };
    const empty = /^I: received snapshot=0/; // of one that is passive
    await Promise.any([active, passive].map(({ program }) => program.line(empty)));

    await using factory = new ZmqFactory();
    const clones = ["a", "b"].map((name) => ({
      name,
      clone: new Clone(factory, servers, SILENCE),
    }));
    await Promise.all(clones.map(({ clone }) => told(clone, "synchronized")));
    const clone = clones[0]?.clone as Clone;
    const tree = new Clone(factory, servers, { ...SILENCE, subtree: "/a/" });
    await doubled([...clones.map(({ clone }) => clone), tree]);

    // Each clone sets keys of its own, all the time; so does a client that sends each update once.
    const raw = new ZmqPubConnection(
      factory,
      servers.map((server) => ({ connect: server.replace(/6$/, "8") })),
      { sendHighWaterMark: 0 },
    );
    const first = new KVMsg({ key: "/raw/0", body: "0" });
    await until(clone, "an update comes back", () => {
      raw.send(first.frames); // it is connected then
      return clone.get("/raw/0") !== undefined;
    });
    const expected = new Map([["/raw/0", "0"]]);
    let updates = 0;
    using load = setInterval(() => {
      updates += 1;
      const body = `${updates}`;
      raw.send(new KVMsg({ key: `/raw/${updates}`, body }).frames);
      expected.set(`/raw/${updates}`, body);
      for (const { name, clone } of clones) {
        const key = `/${name}/${updates % 20}`;
        if (updates % 7 === 0) {
          clone.delete(key);
          expected.delete(key);
        } else {
          clone.set(key, body);
          expected.set(key, body);
        }
      }
    }, 10);

    for (let kill = 1; kill <= KILLS; kill++) {
      [active, passive] = await settled(clone, [active, passive]);
      clone.set("/a/mortal", "x", { ttl: 0.5 });
      const over = clones.map((one) => told(one.clone, "synchronized"));
      const before = updates;
      active.program.kill("SIGKILL");
      await passive.program.line(/^active:/);
      for (const [server] of await Promise.all(over)) {
        assert.equal(server, servers[passive.role === "-p" ? 0 : 1]);
      }
      assert.ok(updates > before, "there was an outage, and there were updates in it");
      const restarted = { role: active.role, program: start(active.role) };
      await restarted.program.line(/^(active|passive):/);
      [active, passive] = await settled(clone, [passive, restarted]);
      await passive.program.line(/^I: received snapshot=/);
      await doubled([...clones.map((one) => one.clone), tree]);
    }
    const late = new Clone(factory, servers, SILENCE);
    await told(late, "synchronized");
    [active, passive] = await settled(clone, [active, passive]);

    // The active server is frozen until the other one has taken over: its clients have not left it by then.
    const over = clones.map((one) => told(one.clone, "synchronized"));
    const other = servers[passive.role === "-p" ? 0 : 1] ?? "";
    const voter = new ZmqDealerConnection(factory, { connect: other });
    active.program.kill("SIGSTOP");
    using votes = setInterval(() => voter.send(["ICANHAZ?", "/nothing/"]), 50);
    await passive.program.line(/^active:/);
    active.program.kill("SIGCONT");
    clearInterval(votes);
    await active.program.line(/^passive:/);
    for (const [server] of await Promise.all(over)) assert.equal(server, other);
    await active.program.line(/^I: received snapshot=/);
    clearInterval(load);

    const all = [...clones.map((one) => one.clone), tree, late];
    const have = (clone: Clone, key: string) =>
      until(clone, `it has ${key}, and its own`, () => {
        return clone.unconfirmed === 0 && clone.get(key) !== undefined;
      });
    for (const one of clones) await have(one.clone, `/raw/${updates}`);
    clone.set("/a/end", "x"); // after all others
    expected.set("/a/end", "x");
    for (const one of all) {
      await have(one, "/a/end");
      await until(one, "its time is over", () => one.get("/a/mortal") === undefined);
      const wanted = [...expected].filter(([key]) => one !== tree || key.startsWith("/a/"));
      const values = Array.from(one.kvmap, ([key, { body }]) => [key, String(body)]);
      assert.deepEqual(values.sort(), wanted.sort());
    }
    await endsOn("SIGINT", active.program, passive.program);
    assert.deepEqual([...active.program.errors, ...passive.program.errors], []);
  });

  test("the protocol's frames, and what the API refuses", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const place = stage.ipc("clone");
    const flags = ["--local", place, "--peer", place, "--heartbeat", `${HEARTBEAT}`];
    const [primary, backup] = ["-p", "-b"].map((role) =>
      stage.start("clonesrv6", [role, ...flags]),
    );
    await primary?.line(/^active:/);
    await using factory = new ZmqFactory();
    const subscriber = new ZmqSubConnection(factory, { connect: `${place}:5557` });
    for (const tag of ["/raw/", "HUGZ"]) subscriber.subscribe(tag);
    const hugz = await subscriber.receive(LIMIT);
    assert.deepEqual(
      hugz.map((frame) => frame.toString("hex")),
      ["4855475a", "0000000000000000", "", "", ""],
    );

    const clone = new Clone(factory, [`${place}:5556`], { subtree: "/raw/" });
    await told(clone, "synchronized");
    const publisher = new ZmqPubConnection(factory, { connect: `${place}:5558` });
    const kvset = new KVMsg({
      key: "/raw/1",
      properties: [
        ["ttl", "600"],
        ["by", "hand"],
      ],
      body: "x",
    });
    using again = setInterval(() => publisher.send(kvset.frames), 50); // until it is connected
    const [update] = (await told(clone, "update")) as [KVMsg];
    clearInterval(again);
    assert.deepEqual(update, kvset.with({ sequence: 1 }));
    let [key, ...rest] = await subscriber.receive(LIMIT);
    while (String(key) === "HUGZ") [key, ...rest] = await subscriber.receive(LIMIT);
    assert.deepEqual(
      [key, ...rest].map((frame) => String(frame)),
      update.frames.map(String),
    );
    assert.equal(String(clone.get("/raw/1")), "x");
    const client = stage.start("clonecli6", [
      ...["--server", `${place}:5556`, "--subtree", "/raw/client/"],
      ...["--keys", "1", "--ttl", "0", "--interval", "50"],
    ]);
    await client.line(/^I: received update=\d+: 1 keys,/); // of its subtree

    await publisher.send("nonsense");
    await primary?.line(/malformed message refused/, { from: "stderr" });
    assert.throws(() => clone.set("/other/1", "x"), ZmqArgumentError);
    assert.throws(() => clone.set("/raw/1", ""), ZmqArgumentError);
    await using whole = new Clone(factory, [`${place}:5556`]);
    for (const command of ["HUGZ", "KTHXBAI"]) {
      assert.throws(() => whole.set(command, "x"), ZmqArgumentError);
      assert.throws(() => whole.delete(command), ZmqArgumentError);
    }
    await clone.shutdown();
    await clone.shutdown();
    assert.throws(() => clone.delete("/raw/1"), ZmqClosedError);
    await endsOn("SIGINT", client, ...[primary, backup].flatMap((program) => program ?? []));
  });

  test("a clone leaves no gap, and sends again what has not come back", async (t) => {
    const place = new Stage(t, import.meta.url).ipc("server");
    await using factory = new ZmqFactory();
    const router = new ZmqRouterConnection(factory, { bind: `${place}:7000` });
    const collector = new ZmqXSubConnection(factory, { bind: `${place}:7002` });
    const publish = (publisher: ZmqXPubConnection, sequence: number, key: string, body = "") =>
      publisher.send(new KVMsg({ sequence, key, body }).frames);
    const subscribed = async () => {
      const publisher = new ZmqXPubConnection(factory, { bind: `${place}:7001` });
      const tags = [await publisher.receive(LIMIT), await publisher.receive(LIMIT)].map(String);
      assert.deepEqual(tags.sort(), ["\x01/t/", "\x01HUGZ"]);
      assert.ok(!router.readable, "it does not ask before it has heard something");
      return publisher;
    };
    const answer = async (...state: KVMsg[]) => {
      const [identity, ...request] = await router.receive(LIMIT);
      assert.deepEqual(request.map(String), ["ICANHAZ?", "/t/"]);
      return async () => {
        for (const kvmsg of state) await router.send([identity, ...kvmsg.frames]);
      };
    };
    const map = () => Array.from(clone.kvmap.values(), ({ key, body }) => `${key}=${body}`);

    await using clone = new Clone(factory, [`${place}:7000`], { subtree: "/t/" });
    const updates: number[] = [];
    clone.on("update", ({ sequence }) => updates.push(sequence));
    const publisher = await subscribed();
    await publish(publisher, 3, "/t/a", "three");
    const state = [
      { sequence: 4, key: "/t/a", body: "four" },
      { sequence: 5, key: "KTHXBAI" },
    ];
    const send = await answer(...state.map((parts) => new KVMsg(parts)));
    await publish(publisher, 5, "/t/a", "a duplicate");
    await publish(publisher, 6, "/t/b", "six");
    await send();
    await told(clone, "update");
    assert.deepEqual(updates, [6]);
    assert.deepEqual(map(), ["/t/a=four", "/t/b=six"]);

    // Nobody collects, and then somebody does.
    clone.set("/t/own", "mine");
    assert.equal(clone.unconfirmed, 1);
    const collects = told(clone, "collectors");
    await collector.send("nonsense"); // it counts for nothing
    collector.subscribe();
    const collected = collector.receive(LIMIT);
    await collects;
    assert.equal(clone.collectors, 1);
    for (let n = 0; n < 2; n++) await publish(publisher, 0, "HUGZ");
    const own = KVMsg.from(await collected);
    assert.equal(clone.get("/t/own"), undefined);
    await publisher.send(own.with({ sequence: 7 }).frames);
    await told(clone, "update");
    assert.equal(String(clone.get("/t/own")), "mine");
    assert.equal(clone.unconfirmed, 0);

    // What was published while the link was broken is in the next state.
    await publisher.shutdown();
    const next = await subscribed();
    using hugz = setInterval(() => publish(next, 9, "HUGZ"), 20);
    const resync = await answer(new KVMsg({ sequence: 9, key: "KTHXBAI" }));
    clearInterval(hugz);
    const synchronized = told(clone, "synchronized");
    await resync();
    await synchronized;
    assert.deepEqual(map(), []);
  });

  test("what comes from both sides is not pending, whichever is first", () => {
    const pending = new Pending();
    const [a, b, c, d] = ["a", "b", "c", "d"].map(
      (key) => new KVMsg({ key, body: "x" }),
    ) as KVMsg[] & [KVMsg, KVMsg, KVMsg, KVMsg];
    const meet = (from: "client" | "active server", ...all: KVMsg[]) => {
      for (const kvmsg of all) pending.meet(kvmsg, from);
    };
    meet("client", a, b, c);
    meet("active server", d, b);
    meet("client", d, a);
    assert.deepEqual(pending.take(), [a, c]);
    assert.deepEqual(pending.take(), []);
    meet("client", a);
    for (let n = 0; n < 11; n++) pending.hugz();
    meet("client", b);
    assert.deepEqual(
      pending.take(),
      [b],
      "the active server has published it before, or never will",
    );
  });
});

/** Which of the two is active, and which is passive. One that got no time may be no longer what it was. */
async function settled(clone: Clone, servers: Server[]): Promise<[Server, Server]> {
  const find = (state: string) =>
    servers.find(({ program: { lines } }) =>
      lines.findLast((line) => /^(primary|active|passive|woken):/.test(line))?.startsWith(state),
    );
  await until(clone, "one is active, one is passive", () => !!find("active") && !!find("passive"));
  return [find("active"), find("passive")] as [Server, Server];
}

/** Waits until two servers collect the updates of all clones. */
async function doubled(clones: Clone[]): Promise<void> {
  for (const clone of clones) while (clone.collectors < 2) await told(clone, "collectors");
}

/** The next event of a clone. */
function told(clone: Clone, event: keyof CloneEvents): Promise<unknown[]> {
  const missing = new Error(`no event "${event}" in a minute`); // its stack says which wait it was
  const options = { signal: AbortSignal.timeout(60_000) };
  return once(clone, event, options).catch(() => Promise.reject(missing));
}

/** Looks each time that the server says it is there. */
async function until(clone: Clone, what: string, isSo: () => boolean): Promise<void> {
  for (let hugz = 0; !isSo(); hugz++) {
    assert.ok(hugz < 60_000 / HEARTBEAT, `not in a minute: ${what}`);
    await told(clone, "hugz");
  }
}
