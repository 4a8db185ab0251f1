import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { endsOn, type Program, refuses, Stage } from "@tx0mq/smoke";
import {
  ZmqDealerConnection,
  ZmqFactory,
  ZmqPubConnection,
  ZmqRouterConnection,
  ZmqSubConnection,
  ZmqXPubConnection,
} from "tx0mq";
import type { Role } from "../binary-star/fsm.ts";
import { BinaryStar, BinaryStarError } from "./bstar.ts";

const ANYWHERE = "tcp://127.0.0.1:*";
const HEARTBEAT = 800; // a server that gets no time for so long may be taken for dead
const NUMBERS: Record<string, string> = { primary: "1", backup: "2", active: "3", passive: "4" };

/** What the other server says, one after the other, and what becomes of a server by that. */
const TRANSITIONS: [Role, string, string[]][] = [
  ["primary", "passive primary", ["error: both servers are primary"]],
  ["backup", "primary passive backup", ["error: both servers are backup"]],
  [
    "primary",
    "backup backup primary passive active",
    ["active: peer backup", "error: both servers are active"],
  ],
  [
    "primary",
    "active active backup active",
    ["passive: peer active", "active: peer backup", "error: both servers are active"],
  ],
  [
    "backup",
    "active primary active",
    ["passive: peer active", "active: peer primary", "error: both servers are active"],
  ],
  ["backup", "active passive", ["passive: peer active", "error: both servers are passive"]],
];

describe("binary star, as a class", { concurrency: true }, () => {
  test("the primary is killed, returns, and takes over when the backup is killed", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const [frontend1, frontend2, state1, state2] = [
      ...[await stage.tcp(), await stage.tcp()],
      ...[await stage.tcp(), await stage.tcp()],
    ] as const;
    const server = (role: string, frontend: string, local: string, remote: string) => () =>
      stage.start("bstarsrv2", [
        ...[role, "--heartbeat", `${HEARTBEAT}`],
        ...["--frontend", frontend, "--local", local, "--remote", remote],
      ]);
    const startPrimary = server("-p", frontend1, state1, state2);
    const first = startPrimary();
    const client = stage.start("../binary-star/bstarcli", [
      ...["--primary", frontend1, "--backup", frontend2, "--pause", "20"],
      ...["--timeout", `${HEARTBEAT}`, "--settle", `${2 * HEARTBEAT}`],
    ]);
    await first.line(/^active: client vote/); // it is alone
    const backup = server("-b", frontend2, state2, state1)();
    await backup.line(/^passive: peer active/);
    await getsOn(client);

    first.kill("SIGKILL");
    await backup.line(/^active: client vote/);
    await getsOn(client);
    const second = startPrimary();
    await second.line(/^passive: peer active/);
    backup.kill("SIGKILL");
    await second.line(/^active: client vote/);
    await getsOn(client);

    await endsOn("SIGINT", client, second);
    const replies = client.lines.filter((line) => line.includes("OK"));
    assert.deepEqual(
      replies,
      replies.map((_, n) => `Server replied OK (${n + 1})`),
    );
  });

  test("each state that a peer tells does what it has to, and an error ends all", {
    timeout: 60_000,
  }, async (t) => {
    const factory = new ZmqFactory({ lingerPeriod: 0 });
    t.after(() => factory.shutdown());
    for (const [role, told, expected] of TRANSITIONS) {
      const peer = new ZmqXPubConnection(factory, { bind: ANYWHERE });
      const voter = new ZmqRouterConnection(factory, { bind: ANYWHERE });
      const log: string[] = [];
      const star = new BinaryStar(factory, {
        ...{ role, local: ANYWHERE, remote: peer.address, heartbeat: 60_000 },
        log: (what) => log.push(what),
      });
      const events: string[] = [];
      for (const event of ["active", "passive"] as const) star.on(event, () => events.push(event));
      const served = star.serve(voter, () => {});
      await peer.receive(); // its subscription
      for (const state of told.split(" ")) await peer.send(NUMBERS[state] ?? "");
      await assert.rejects(served, BinaryStarError);
      assert.deepEqual(log, expected);
      assert.deepEqual(
        [...events, "error"],
        expected.map((line) => line.split(":")[0]),
      );
      assert.equal(voter.closed, true);
    }
  });

  test("its listeners know that it is active before the first request comes", {
    timeout: 60_000,
  }, async (t) => {
    const factory = new ZmqFactory({ lingerPeriod: 0 });
    t.after(() => factory.shutdown());
    const voter = new ZmqRouterConnection(factory, { bind: ANYWHERE });
    const silent = new ZmqPubConnection(factory, { bind: ANYWHERE });
    const local = new Stage(t, import.meta.url).ipc("states");
    const star = new BinaryStar(factory, {
      ...{ role: "primary", local, remote: silent.address, heartbeat: 100 },
    });
    const order: string[] = [];
    star.on("active", () => order.push(`active: ${star.active}`));
    const served = star.serve(voter, (request) => {
      order.push("request");
      return voter.send(request);
    });
    const client = new ZmqDealerConnection(factory, { connect: voter.address });
    const asking = setInterval(() => client.send("request"), 20);
    t.after(() => clearInterval(asking));
    await client.receive();
    clearInterval(asking);
    assert.deepEqual(order.slice(0, 2), ["active: true", "request"]);
    const states = new ZmqSubConnection(factory, { connect: local });
    states.subscribe();
    for (let beats = 0; beats < 3; beats++) await states.receive();
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 250); // it is frozen
    assert.equal(star.active, false, "after that it does not know");
    await star.shutdown();
    await served;
    assert.equal(voter.closed, true);
  });

  test("it is told which of the two it is", async (t) => {
    const stage = new Stage(t, import.meta.url);
    await refuses(stage.start("bstarsrv2"), /^usage: bstarsrv2 { -p \| -b }$/);
    const [one, two] = [await stage.tcp(), await stage.tcp()];
    const start = (local: string, remote: string) =>
      stage.start("bstarsrv2", [
        ...["-b", "--heartbeat", "200", "--frontend", ANYWHERE],
        ...["--local", local, "--remote", remote],
      ]);
    const servers = [start(one, two), start(two, one)];
    const loser = await Promise.race(servers.map((server) => server.exit().then(() => server)));
    await refuses(loser, /^bstarsrv2: fatal error: both servers are backup$/, 1);
  });
});

/** Waits until a client has got one more reply. */
async function getsOn(client: Program): Promise<void> {
  const replies = client.lines.filter((line) => line.includes("OK")).length;
  await client.line(new RegExp(`OK \\(${replies + 1}\\)`));
}
