import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { endsOn, type Program, refuses, Stage } from "@tx0mq/smoke";
import { ZmqDealerConnection, ZmqFactory, ZmqPubConnection, ZmqSubConnection } from "tx0mq";
import { type Role, StateMachine } from "./fsm.ts";

const HEARTBEAT = 800; // a server that gets no time for so long may be taken for dead
const LIMIT = { timeout: 60_000 }; // for what never comes

describe("binary star", { concurrency: true, timeout: 120_000 }, () => {
  test("a primary dies, returns, and takes over from a backup that freezes: one master, no request lost", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const factory = factoryOf(t);
    const [frontend1, frontend2, state1, state2] = await addresses(stage, 4);
    const server = (role: string, frontend: string, local: string, remote: string) => () =>
      stage.start("bstarsrv", [
        ...[role, "--heartbeat", `${HEARTBEAT}`],
        ...["--frontend", frontend, "--local", local, "--remote", remote],
      ]);
    const startPrimary = server("-p", frontend1, state1, state2);
    const first = startPrimary();
    const backup = server("-b", frontend2, state2, state1)();
    await first.line(/^active: peer backup/);
    await backup.line(/^passive: peer active/);
    const client = stage.start("bstarcli", [
      ...["--primary", frontend1, "--backup", frontend2, "--pause", "20"],
      ...["--timeout", `${HEARTBEAT}`, "--settle", `${2 * HEARTBEAT}`],
    ]);
    await client.line(/OK \(2\)/);

    // While the primary lives, a client that asks the backup gets no reply. Dead alone is not enough.
    const voter = new ZmqDealerConnection(factory, { connect: frontend2 });
    const states = new ZmqSubConnection(factory, { connect: state2 });
    states.subscribe();
    await voter.send("early");
    assert.equal(String(await states.receive(LIMIT)), "4");
    client.kill("SIGSTOP");
    first.kill("SIGKILL");
    for (let beats = 0; beats < 5; beats++) assert.equal(String(await states.receive(LIMIT)), "4");
    await voter.send("late");
    await backup.line(/^active: client vote/);
    assert.equal(String(await voter.receive(LIMIT)), "late");
    client.kill("SIGCONT");
    await client.line(/failing over/);
    await getsOn(client);

    // From here on, everybody asks both.
    const referee = new Referee(factory, [frontend1, frontend2]);
    t.after(() => referee.stop());
    const second = startPrimary();
    await second.line(/^passive: peer active/);
    await getsOn(client);

    backup.kill("SIGSTOP");
    await second.line(/^active: client vote/);
    await client.line(/failing over/);
    await getsOn(client);
    backup.kill("SIGCONT");
    await backup.line(/^woken: backup slept/);
    await backup.line(/^passive: peer active/);

    second.kill("SIGSTOP");
    await backup.line(/^active: client vote/);
    second.kill("SIGCONT");
    await second.line(/^primary: primary slept/);
    await second.line(/^passive: peer active/);
    await client.line(/failing over/);
    await getsOn(client);

    referee.stop();
    assert.deepEqual(referee.repliesOfBoth, []);
    await endsOn("SIGINT", client, second, backup);
    const replies = client.lines.filter((line) => line.includes("OK"));
    assert.deepEqual(
      replies,
      replies.map((_, n) => `Server replied OK (${n + 1})`),
    );
  });

  test("two that are started as the primary: a fatal error", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const [one, two] = await addresses(stage, 2);
    const start = (local: string, remote: string) =>
      stage.start("bstarsrv", [
        ...["-p", "--heartbeat", "200", "--frontend", "tcp://127.0.0.1:*"],
        ...["--local", local, "--remote", remote],
      ]);
    const servers = [start(one, two), start(two, one)];
    const loser = await Promise.race(servers.map((server) => server.exit().then(() => server)));
    await refuses(loser, /^bstarsrv: fatal error: both servers are primary$/, 1);
  });

  test("on the wire: states are numbers, what is none is refused, a second backup is fatal", async (t) => {
    const stage = new Stage(t, import.meta.url);
    await refuses(stage.start("bstarsrv"), /^usage: bstarsrv { -p \| -b }$/);
    const factory = factoryOf(t);
    const local = await stage.tcp();
    const peer = new ZmqPubConnection(factory, { bind: "tcp://127.0.0.1:*" });
    const server = stage.start("bstarsrv", [
      // Two of these without time for it count as sleep, and what it hears after that as old.
      ...["-b", "--heartbeat", "2500", "--frontend", "tcp://127.0.0.1:*"],
      ...["--local", local, "--remote", peer.address],
    ]);
    const states = new ZmqSubConnection(factory, { connect: local });
    states.subscribe();
    assert.deepEqual((await states.receive(LIMIT)).map(String), ["2"]);
    await peer.send("five");
    await server.line(/malformed message refused: a state is 1, 2, 3 or 4$/, { from: "stderr" });
    await peer.send("3");
    await server.line(/^passive: peer active$/);
    await peer.send("4");
    assert.deepEqual(await server.exit(), { code: 1, signal: null });
    assert.equal(server.errors.at(-1), "bstarsrv: fatal error: both servers are passive");
    assert.equal(server.errors.length, 2);
  });
});

/** Waits until a client has got one more reply. */
async function getsOn(client: Program): Promise<void> {
  const replies = client.lines.filter((line) => line.includes("OK")).length;
  await client.line(new RegExp(`OK \\(${replies + 1}\\)`));
}

/** Asks both servers the same, again and again, and keeps who has replied. */
class Referee {
  readonly #replies = new Map<string, Set<string>>();
  readonly #timer: NodeJS.Timeout;

  constructor(factory: ZmqFactory, servers: string[]) {
    const voters = servers.map((server) => {
      const voter = new ZmqDealerConnection(factory, { connect: server });
      voter.on("message", (message) => this.#replies.get(String(message))?.add(server));
      return voter;
    });
    this.#timer = setInterval(() => {
      const question = `${this.#replies.size}`;
      this.#replies.set(question, new Set());
      for (const voter of voters) voter.send(question).catch(() => {}); // until the test ends
    }, 30);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  get repliesOfBoth(): string[] {
    return [...this.#replies].filter(([, by]) => by.size > 1).map(([question]) => question);
  }
}

function factoryOf(t: TestContext): ZmqFactory {
  const factory = new ZmqFactory({ lingerPeriod: 0 });
  t.after(() => factory.shutdown());
  return factory;
}

async function addresses(stage: Stage, count: number): Promise<[string, string, string, string]> {
  const all = await Promise.all(Array.from({ length: count }, () => stage.tcp()));
  return all as [string, string, string, string];
}

// The machine, in a time of its own: a heartbeat is two.

const NUMBERS = { primary: "1", backup: "2", active: "3", passive: "4" } as const;

function machine(role: Role, now = 0): StateMachine {
  return new StateMachine(role, 2, () => {}, now);
}

function hear(server: StateMachine, state: keyof typeof NUMBERS, now = 0): void {
  server.hear([Buffer.from(NUMBERS[state])], now);
}

/** What happens to a server, and what it is then. */
const CELLS = `
role     was       peer: primary   backup    active    passive   request   vote      slept
primary  primary         error     active    passive   primary   primary   active    primary
primary  active          active    active    error     active    active    active    primary
primary  passive         active    active    passive   error     passive   active    passive
primary  error           error     error     error     error     error     error     error
backup   backup          backup    error     passive   backup    backup    backup    backup
backup   active          active    active    error     active    active    active    woken
backup   passive         active    active    passive   error     passive   active    passive
backup   woken           backup    error     passive   backup    woken     active    woken
backup   error           error     error     error     error     error     error     error`;

/** How a server gets there. @returns when it is there */
const WAYS: Record<string, (server: StateMachine) => number> = {
  primary: () => 0,
  backup: () => 0,
  passive: (server) => {
    hear(server, "active");
    return 0;
  },
  active: (server) => {
    hear(server, "active");
    hear(server, "primary");
    return 0;
  },
  woken: (server) => {
    hear(server, "active");
    hear(server, "primary");
    for (const now of [4, 5]) server.tick(now);
    return 5;
  },
};

const EVENTS: ((server: StateMachine, now: number) => void)[] = [
  (server, now) => hear(server, "primary", now),
  (server, now) => hear(server, "backup", now),
  (server, now) => hear(server, "active", now),
  (server, now) => hear(server, "passive", now),
  (server, now) => server.ask(now),
  (server, now) => {
    for (let tick = 1; tick <= 5; tick++) server.tick(now + tick);
    server.ask(now + 5);
  },
  (server, now) => server.tick(now + 4),
];

test("each state meets each event", () => {
  for (const row of CELLS.trim().split("\n").slice(1)) {
    const [role, was = "", ...cells] = row.split(/ +/) as [Role, string, ...string[]];
    for (const [n, event] of EVENTS.entries()) {
      const server = machine(role);
      const now = WAYS[was]?.(server) ?? hear(server, role) ?? 0;
      assert.equal(server.state, was);
      event(server, now);
      assert.equal(server.state, cells[n], `a ${role} that was ${was}, event ${n}`);
    }
  }
});

test("a server that was frozen tells its peer at once, and takes nothing old for news", () => {
  const server = machine("backup");
  hear(server, "active");
  assert.deepEqual(
    [1, 2, 3, 4].map((now) => server.tick(now)),
    [undefined, "4", undefined, "4"],
  );
  assert.equal(server.tick(7), "4");
  assert.equal(server.ask(7), false); // the peer may have spoken in that time
  assert.equal(server.tick(12), "4");
  hear(server, "primary", 12);
  assert.equal(server.state, "passive");
  server.tick(13);
  hear(server, "primary", 13);
  assert.equal(server.state, "active");
});

/** Two servers, and all that can happen to them. */
class Pair {
  readonly #servers = [machine("primary"), machine("backup")] as (StateMachine | undefined)[];
  readonly #frozen = [false, false];
  /** What a frozen server has not read yet. */
  readonly #unread: string[][] = [[], []];
  #now = 0;

  /** Does it, where it can happen. @returns whether it can */
  happen(event: string): boolean {
    const [what = "", which] = event.split(" ");
    const n = Number(which);
    const [server, frozen] = [this.#servers[n], this.#frozen[n]];
    if (what === "pass") this.pass(n);
    else if (what === "ask") this.ask(n);
    else if (what === "start" && server === undefined) {
      this.#servers[n] = machine(n === 0 ? "primary" : "backup", this.#now);
    } else if (what === "kill" && server !== undefined) {
      this.#servers[n] = undefined;
      this.#frozen[n] = false;
      this.#unread[n] = [];
    } else if (what === "freeze" && server !== undefined && !frozen) this.#frozen[n] = true;
    else if (what === "wake" && server !== undefined && frozen) this.#wake(server, n);
    else return false;
    return true;
  }

  pass(halves: number): void {
    for (let half = 0; half < halves; half++) {
      for (const n of [0, 1]) {
        this.#now += 0.5;
        const told = this.#frozen[n] ? undefined : this.#servers[n]?.tick(this.#now);
        if (told !== undefined) this.#tell(1 - n, told);
        this.#check();
      }
    }
  }

  ask(n: number): void {
    if (!this.#frozen[n]) this.#servers[n]?.ask(this.#now);
    this.#check();
  }

  /** It finds requests first, then all that its peer has said. */
  #wake(server: StateMachine, n: number): void {
    this.#frozen[n] = false;
    server.ask(this.#now);
    this.#check();
    for (const told of this.#unread[n]?.splice(0) ?? []) this.#tell(n, told);
  }

  #tell(n: number, told: string): void {
    if (this.#frozen[n]) this.#unread[n]?.push(told);
    else this.#servers[n]?.hear([Buffer.from(told)], this.#now);
    this.#check();
  }

  get masters(): number {
    return this.#servers.filter((server, n) => server?.state === "active" && !this.#frozen[n])
      .length;
  }

  #check(): void {
    assert.ok(this.masters < 2, "two masters");
    assert.ok(!this.#servers.some((server) => server?.state === "error"), "an error");
  }
}

test("in any order of death, return, sleep and votes there is never a second master, and one in the end", () => {
  const faults = ["kill", "start", "freeze", "wake"].flatMap((what) => [`${what} 0`, `${what} 1`]);
  const events = [...faults, "ask 0", "ask 1", "pass 1", "pass 6"];
  const follow = (order: readonly string[], more: number): void => {
    const pair = new Pair();
    try {
      if (!order.every((event) => pair.happen(event))) return;
      for (const event of ["start 0", "start 1", "wake 0", "wake 1"]) pair.happen(event);
      for (let half = 0; half < 20; half++) {
        pair.pass(1);
        pair.ask(half % 2);
      }
      assert.equal(pair.masters, 1, "nobody serves");
    } catch (error) {
      throw new Error(`${order.join(", ")}: ${(error as Error).message}`);
    }
    if (more > 0) for (const event of events) follow([...order, event], more - 1);
  };
  follow([], 3);
  follow(["pass 6"], 4);
  follow(["pass 6", "kill 0", "pass 6", "ask 1"], 4);
});
