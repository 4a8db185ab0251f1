import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, rmSync, watch, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { endsOn, type Program, Stage } from "@tx0mq/smoke";
import { EMPTY, type Frames, type Message, ZmqDealerConnection, ZmqFactory } from "tx0mq";
import { MajordomoClient } from "../majordomo/mdcliapi.ts";
import { READY, REQUEST } from "../majordomo/mdp.ts";
import { MajordomoWorker } from "../majordomo/mdwrkapi.ts";
import { Store } from "./store.ts";

const BEATS = ["--heartbeat", "200", "--liveness", "50"];
const TITANIC = [...BEATS, "--reconnect", "100", "--interval", "50", "--timeout", "500"];
const LIMIT = { timeout: 60_000 }; // for what never comes
const UNKNOWN = "0".repeat(32);
/** Titanic has waited for a reply in vain. */
const GIVEN_UP = /^\w{32}: no reply of /;

// For a long run: TITANIC_KILLS=50 TITANIC_SEED=2 npm test
const KILLS = Number(process.env.TITANIC_KILLS ?? 3);
const SEED = Number(process.env.TITANIC_SEED ?? 1);

describe("titanic", { concurrency: true, timeout: 60_000 + KILLS * 10_000 }, () => {
  test("Titanic, broker and worker are killed at any point: each accepted request is answered", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const folder = join(stage.folder, "disk");
    mkdirSync(folder);
    const address = await stage.tcp();
    const endpoint = ["--endpoint", address];
    const starts: (() => Program)[] = [
      () => stage.start("titanic", [...endpoint, "--folder", folder, ...TITANIC]),
      () => stage.start("../majordomo/mdbroker", [...endpoint, ...BEATS]),
      () => stage.start("../majordomo/mdworker", [...endpoint, ...BEATS, "--reconnect", "100"]),
    ];
    const programs = starts.map((start) => start());
    const random = randomNumbers(SEED);

    const accepted = new Map<string, string>();
    const closed: string[] = [];
    const clients = ["Ann", "Bob", "Cem"].map((name) => ({ name, ask: asker(t, address, 500) }));
    const collect = async (ask: Asker, uuid: string) => {
      const text = accepted.get(uuid);
      let [code, ...body] = await ask("titanic.reply", uuid);
      for (; code === "300"; [code, ...body] = await ask("titanic.reply", uuid)) await sleep(20);
      assert.deepEqual([code, ...body], ["200", text]);
      assert.deepEqual(await ask("titanic.close", uuid), ["200"]);
      assert.deepEqual(filesOf(folder, uuid), []);
      closed.push(uuid);
    };
    let over = false;
    const busy = clients.map(async ({ name, ask }) => {
      for (let n = 0; !over; n++) {
        const text = `${name} ${n}`;
        const [code, uuid = ""] = await ask("titanic.request", "echo", text);
        assert.equal(code, "200");
        accepted.set(uuid, text);
        if (n % 2 === 0) await collect(ask, uuid);
      }
    });

    // A kill follows right after something that happens on the disk.
    const disk = watch(folder);
    t.after(() => disk.close());
    for (let n = 0; n < KILLS; n++) {
      const victim = n % starts.length;
      let waits = random(60);
      await new Promise<void>((resolve) => {
        const strike = () => {
          if (waits-- > 0) return;
          disk.off("change", strike);
          programs[victim]?.kill("SIGKILL");
          resolve();
        };
        disk.on("change", strike);
      });
      await programs[victim]?.exit();
      programs[victim] = starts[victim]?.() as Program;
    }
    over = true;
    await Promise.all(busy);
    t.diagnostic(`seed ${SEED}: ${accepted.size} accepted, ${closed.length} closed by the end`);
    const left = [...accepted.keys()].filter((uuid) => !closed.includes(uuid));
    const last = asker(t, address, 500);
    for (const uuid of left) await collect(last, uuid);
    await endsOn("SIGINT", ...programs);
    // A client that got no UUID in time has asked again: what it does not know of may be there.
    const kept = readdirSync(folder).map((file) => file.slice(0, 32));
    assert.deepEqual(
      kept.filter((uuid) => accepted.has(uuid)),
      [],
    );
  });

  test("on the wire it is TSP: a request waits on disk for its worker, and goes when it is closed", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const folder = join(stage.folder, "disk");
    const address = stage.ipc("broker");
    const endpoint = ["--endpoint", address];
    const broker = stage.start("../majordomo/mdbroker", ["-v", ...endpoint, ...BEATS]);
    const startTitanic = async (pending: number) => {
      const program = stage.start("titanic", [...endpoint, "--folder", folder, ...TITANIC]);
      await program.line(new RegExp(`^Requests are in .*, ${pending} of them without a reply`));
      return program;
    };
    let titanic = await startTitanic(0);
    const ask = asker(t, address, 60_000);

    const [code, uuid = ""] = await ask("titanic.request", "tea", "black", "");
    assert.equal(code, "200");
    assert.match(uuid, /^[0-9a-f]{32}$/);
    assert.deepEqual(filesOf(folder, uuid), [`${uuid}.req`]);
    assert.deepEqual(await ask("titanic.reply", uuid), ["300"]);
    await broker.count(/^<- .* MDPC01 mmi.service tea$/, 2);
    assert(!broker.lines.some((line) => line.includes("MDPC01 tea")), "nobody is there to ask");

    titanic.kill("SIGKILL");
    await titanic.exit();
    writeFileSync(join(folder, `${UNKNOWN}.req.draft`), "half of it");
    writeFileSync(join(folder, "a file of somebody else"), "");
    titanic = await startTitanic(1);
    assert.deepEqual(readdirSync(folder).sort(), [`${uuid}.req`, "a file of somebody else"].sort());
    assert.deepEqual(await ask("titanic.reply", uuid), ["300"]);

    // The first worker dies with the request in hand, the second one gets it again.
    const factory = factoryOf(t);
    const doomed = new ZmqDealerConnection(factory, { connect: address });
    await doomed.send([EMPTY, "MDPW01", READY, "tea"]);
    let message: Message = await doomed.receive(LIMIT);
    while (String(message[2]) !== REQUEST) message = await doomed.receive(LIMIT);
    assert.deepEqual(message.slice(5).map(String), ["black", ""]);
    await doomed.shutdown();
    const worker = new MajordomoWorker(factory, address, "tea", { heartbeat: 200, liveness: 50 });
    void worker.serve((request) => ["", ...request, "with milk"]);
    await titanic.line(new RegExp(`^${uuid}: answered by tea`));
    for (let n = 0; n < 2; n++) {
      assert.deepEqual(await ask("titanic.reply", uuid), ["200", "", "black", "", "with milk"]);
    }
    assert.deepEqual(filesOf(folder, uuid), [`${uuid}.rep`]);
    titanic.kill("SIGKILL");
    await titanic.exit();
    titanic = await startTitanic(0);
    assert.deepEqual(await ask("titanic.reply", uuid), ["200", "", "black", "", "with milk"]);

    for (let n = 0; n < 2; n++) assert.deepEqual(await ask("titanic.close", uuid), ["200"]);
    assert.deepEqual(readdirSync(folder), ["a file of somebody else"]);
    assert.deepEqual(await ask("titanic.reply", uuid), ["400"]);

    const outside = join(stage.folder, "outside.rep");
    writeFileSync(outside, "");
    for (const malformed of [
      join("..", "outside"),
      join(folder, "..", "outside"),
      `${UNKNOWN}/../../outside`,
      UNKNOWN.slice(1),
      `${UNKNOWN}0`,
      `${UNKNOWN}\n`,
      "é".repeat(16),
      "\0",
      "",
    ]) {
      assert.deepEqual(await ask("titanic.reply", malformed), ["400"]);
      assert.deepEqual(await ask("titanic.close", malformed), ["400"]);
    }
    for (const unknown of [UNKNOWN, "A".repeat(32), "z".repeat(32)]) {
      assert.deepEqual(await ask("titanic.reply", unknown), ["400"]);
      assert.deepEqual(await ask("titanic.close", unknown), ["200"]);
    }
    assert(existsSync(outside));
    assert.deepEqual(await ask("titanic.request", "a service without a body"), ["400"]);
    assert.deepEqual(await ask("titanic.request", "tea\n", "no name"), ["400"]);

    assert.deepEqual(titanic.errors, []);
    rmSync(folder, { recursive: true });
    assert.deepEqual(await ask("titanic.request", "tea", "green"), ["500"]);
    await titanic.line(/^titanic.request: .*ENOENT/, { from: "stderr" });
    mkdirSync(folder);

    // The client waits for a worker that comes late.
    const flags = [...endpoint, "--interval", "50"];
    const client = stage.start("ticlient", [...flags, "--service", "coffee"]);
    const [, its = ""] = await client.line(/^The request's UUID is (\w+)$/);
    await client.line(/^No reply yet, asking again in 50 ms$/);
    const late = new MajordomoWorker(factory, address, "coffee", { heartbeat: 200, liveness: 50 });
    void late.serve((request) => request);
    await client.line(/^Reply: Hello world$/);
    assert.deepEqual(await client.exit(), { code: 0, signal: null });
    assert.deepEqual(readdirSync(folder), []);
    const again = stage.start("ticlient", [...flags, "--uuid", its]);
    await again.line(/^titanic.reply says 400: giving up/, { from: "stderr" });
    assert.deepEqual(await again.exit(), { code: 1, signal: null });
    await endsOn("SIGTERM", titanic, broker);
  });

  test("while a service is absent, a round reads one of its requests, however many wait", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const folder = join(stage.folder, "disk");
    const address = stage.ipc("broker");
    const endpoint = ["--endpoint", address];
    const broker = stage.start("../majordomo/mdbroker", ["-v", ...endpoint, ...BEATS]);
    const titanic = stage.start("titanic", [...endpoint, "--folder", folder, ...TITANIC]);
    const ask = asker(t, address, 60_000);
    await ask("titanic.request", "tea", "black");
    const [, uuid] = await ask("titanic.request", "tea", "green");
    rmSync(join(folder, `${uuid}.req`));
    mkdirSync(join(folder, `${uuid}.req`)); // reading that is an error, which is printed
    const lookUp = /^<- .* mmi.service tea$/;
    const before = broker.lines.filter((line) => lookUp.test(line)).length;
    await broker.count(lookUp, before + 3); // two rounds are over
    await endsOn("SIGINT", titanic, broker);
    assert.deepEqual(
      titanic.lines.filter((line) => line.includes("EISDIR")),
      [],
    );
  });

  test("a service that comes late gets its request, however many others come meanwhile", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const address = stage.ipc("broker");
    const endpoint = ["--endpoint", address];
    const broker = stage.start("../majordomo/mdbroker", [...endpoint, ...BEATS]);
    const titanic = stage.start("titanic", [
      ...[...endpoint, "--folder", join(stage.folder, "disk"), ...BEATS, "--timeout", "60000"],
      ...["--interval", "600000"], // each round is for a request that has come
    ]);
    const [ask, more] = [asker(t, address, 60_000), asker(t, address, 60_000)];
    const [, uuid = ""] = await ask("titanic.request", "coffee", "black");

    // While there is no coffee, no tea is replied to before the next one is asked for.
    const factory = factoryOf(t);
    const options = { heartbeat: 200, liveness: 50 };
    let served = false;
    const tea = new MajordomoWorker(factory, address, "tea", options);
    void tea.serve(async (request) => {
      if (!served) await more("titanic.request", "tea", "green");
      return request;
    });
    await broker.line(/ serves tea$/);
    await ask("titanic.request", "tea", "green");
    await titanic.count(/: answered by tea$/, 2);
    const coffee = new MajordomoWorker(factory, address, "coffee", options);
    void coffee.serve((request) => request);
    await titanic.line(new RegExp(`^${uuid}: answered by coffee$`));
    served = true;
    assert.deepEqual(await ask("titanic.reply", uuid), ["200", "black"]);
    await endsOn("SIGINT", titanic, broker);
  });

  test("a service that is too slow holds up no other, and one of its requests not the rest", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const address = stage.ipc("broker");
    const endpoint = ["--endpoint", address];
    const broker = stage.start("../majordomo/mdbroker", [...endpoint, ...BEATS]);
    const titanic = stage.start("titanic", [
      ...[...endpoint, "--folder", join(stage.folder, "disk"), ...TITANIC],
    ]);
    const ask = asker(t, address, 60_000);
    for (const body of ["too much", "far too much", "more than that", "little"]) {
      await ask("titanic.request", "tea", body);
    }
    const [, uuid = ""] = await ask("titanic.request", "coffee", "black");

    const factory = factoryOf(t);
    const options = { heartbeat: 200, liveness: 50 };
    const over = new Promise<void>((resolve) => t.after(() => resolve()));
    const tea = new MajordomoWorker(factory, address, "tea", options);
    void tea.serve(async ([body]) => {
      if (String(body) !== "little") {
        await Promise.race([titanic.line(GIVEN_UP), over]).catch(() => {}); // or its end
      }
      return String(body);
    });
    const coffee = new MajordomoWorker(factory, address, "coffee", options);
    void coffee.serve((request) => request);
    await titanic.line(/: answered by coffee$/);
    // Its first turn counts: nobody gets a reply while the broker has no time.
    const stored = titanic.lines.indexOf(`${uuid}: stored, for coffee`);
    const turns = titanic.lines
      .slice(stored + 1)
      .filter((line) => /: (no|answered by) /.test(line));
    const before = turns.findIndex((line) => line.startsWith(uuid));
    assert(before < 3, `coffee waited for ${before} cups of tea`);
    await titanic.line(/: answered by tea$/);
    await endsOn("SIGINT", titanic, broker);
  });

  test("a request has reached the disk, whole and by its name, before it has a UUID", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const folder = join(stage.folder, "new", "disk");
    const flushed: string[][] = [];
    const handle = await open(stage.folder);
    const FileHandle = Object.getPrototypeOf(handle);
    const { sync } = FileHandle;
    t.mock.method(FileHandle, "sync", function (this: typeof handle) {
      flushed.push(readdirSync(folder));
      return sync.call(this);
    });
    await handle.close();
    const parts = () => flushed.splice(0).map((files) => files.map((file) => file.slice(32)));

    const store = await Store.open(folder);
    assert.deepEqual(parts(), [[], []]); // the folder itself, and the new one above
    const request = [Buffer.from("tea"), EMPTY, Buffer.of(0, 10, 13, 255)] as Message;
    const uuid = await store.add(request);
    assert.deepEqual(parts(), [[".req.draft"], [".req"]]);
    assert.deepEqual(await store.request(uuid), request);
    assert.deepEqual([...store.pending], [[uuid, "tea"]]);
    assert.deepEqual([...(await Store.open(folder)).pending], [[uuid, "tea"]]);
    parts(); // of the opening
    await store.answer(uuid, [EMPTY]);
    assert.deepEqual(parts(), [
      [".rep.draft", ".req"],
      [".rep", ".req"],
    ]);
    assert.deepEqual(await store.reply(uuid), [EMPTY]);
    assert.equal(await store.request(uuid), undefined);
    await store.close(uuid);
    assert.deepEqual(parts(), [[]]);

    // A reply that comes after the close is dropped; one whose request is still there counts.
    const late = await store.add(request);
    const answered = store.answer(late, request);
    await Promise.all([answered, store.close(late)]);
    assert.deepEqual(readdirSync(folder), []);
    writeFileSync(join(folder, `${UNKNOWN}.req`), "");
    writeFileSync(join(folder, `${UNKNOWN}.rep`), "");
    assert.equal((await Store.open(folder)).pending.size, 0);
    assert.deepEqual(readdirSync(folder), [`${UNKNOWN}.rep`]);
  });
});

type Asker = (service: string, ...request: string[]) => Promise<string[]>;

function asker(t: TestContext, address: string, timeout: number): Asker {
  const client = new MajordomoClient(factoryOf(t), address, { timeout, retries: 1000 });
  return async (service: string, ...request: Frames[]) =>
    (await client.send(service, request as string[])).map(String);
}

function factoryOf(t: TestContext): ZmqFactory {
  const factory = new ZmqFactory({ lingerPeriod: 0 });
  t.after(() => factory.shutdown());
  return factory;
}

function filesOf(folder: string, uuid: string): string[] {
  return readdirSync(folder).filter((file) => file.startsWith(uuid));
}

/** The same numbers for the same seed: each from 0 up to its limit. */
function randomNumbers(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return Math.floor((state / 0x80000000) * limit);
  };
}
