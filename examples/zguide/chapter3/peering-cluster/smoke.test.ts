import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { endsOn, type Program, refuses, Stage } from "@tx0mq/smoke";
import {
  poll,
  ZmqDealerConnection,
  ZmqFactory,
  ZmqPullConnection,
  ZmqReqConnection,
  ZmqRouterConnection,
  ZmqSubConnection,
  ZmqXPubConnection,
} from "tx0mq";

const LIMIT = { timeout: 60_000 }; // for what never comes

describe("broker peering, part 3", { concurrency: true }, () => {
  test("work moves to a peer that has told of a free worker, while no local one is free", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const start = (...names: string[]) =>
      stage.start("peering3", ["--role", "broker", ...names], { cwd: stage.folder });
    await using factory = new ZmqFactory();
    const req = (socket: string) =>
      new ZmqReqConnection(factory, { connect: `ipc://${stage.folder}/${socket}.ipc` });
    /** Asks at DC1. The worker gets it, through these brokers, and replies when what it returns is called. */
    const ask = async (task: string, worker: ZmqReqConnection, ...from: string[]) => {
      const client = req("DC1-localfe");
      await client.send(task);
      const request = await worker.receive(LIMIT);
      assert.deepEqual(request.slice(0, -3).map(String), from);
      return async () => {
        await worker.send(request);
        assert.equal(String(await client.receive(LIMIT)), task);
      };
    };

    const dc1 = start("DC1", "DC2");
    const local = req("DC1-localbe");
    await local.send("READY");
    const finishA = await ask("A", local);
    const dc2 = start("DC2", "DC1");
    const remote = req("DC2-localbe");
    await remote.send("READY");
    const finishB = await ask("B", remote, "DC1");
    await finishB();
    const finishC = await ask("C", remote, "DC1"); // it has told that it is free again
    await finishC();
    await finishA();
    const finishD = await ask("D", local); // both are free
    await finishD();
    await endsOn("SIGINT", dc1, dc2);
    assert.deepEqual([...dc1.errors, ...dc2.errors], []);
  });

  test("a peer gets what it has told of, and not its own; nothing is lost with who is gone", async (t) => {
    const stage = new Stage(t, import.meta.url);
    await using factory = new ZmqFactory();
    const at = (socket: string) => `ipc://${stage.folder}/${socket}.ipc`;
    const req = (socket: string) => new ZmqReqConnection(factory, { connect: at(socket) });
    const options = (routingId: string) => ({ routingId, mandatory: true });
    const peer = (name: string) => ({
      cloud: new ZmqRouterConnection(factory, { bind: at(`${name}-cloud`) }, options(name)),
      state: new ZmqXPubConnection(factory, { bind: at(`${name}-state`) }),
    });
    const [dc2, dc3] = [peer("DC2"), peer("DC3")];
    const linked = [dc2, dc3].map(({ cloud }) => cloud.peers(1, LIMIT));
    const args = ["--role", "broker", "--heartbeat", "50", "DC1", "DC2", "DC3"];
    const dc1 = stage.start("peering3", args, { cwd: stage.folder });
    await dc1.line(/listening/);
    const states = new ZmqSubConnection(factory, { connect: at("DC1-state") });
    states.subscribe("DC1");
    /** How many free workers DC1 tells of, a heartbeat later. */
    const told = async () => {
      while (states.readable) await states.receive();
      await states.receive(LIMIT);
      return String((await states.receive(LIMIT))[1]);
    };
    await Promise.all(linked);
    for (const { state } of [dc2, dc3]) await state.receive(LIMIT); // DC1 has subscribed
    assert.equal(await told(), "0");

    await dc2.state.send(["DC2", "many"]);
    await dc1.line(/malformed state of DC2 refused$/, { from: "stderr" });
    await dc2.cloud.send(["DC1", "no", "delimiter"]);
    await dc1.line(/ an empty frame and a body$/, { from: "stderr" });

    // DC2 has two workers free, and there are three requests.
    await dc2.state.send(["DC2", "2"]);
    const clients = ["a", "b", "c"].map((task) => ({ task, client: req("DC1-localfe") }));
    for (const { task, client } of clients) await client.send(task);
    const two = [await dc2.cloud.receive(LIMIT), await dc2.cloud.receive(LIMIT)];
    await told();
    assert.equal(dc2.cloud.readable || dc3.cloud.readable, false, "nobody is free");
    for (const request of two.reverse()) await dc2.cloud.send(request);
    await dc2.state.send(["DC2", "1"]);
    await dc2.cloud.send(await dc2.cloud.receive(LIMIT));
    for (const { task, client } of clients) assert.equal(String(await client.receive(LIMIT)), task);

    // A request of DC2 waits for a worker of DC1, although DC3 has one free. DC1's own has gone.
    const gone = req("DC1-localbe");
    await gone.send("READY");
    await told();
    await gone.shutdown();
    await dc3.state.send(["DC3", "1"]);
    const cloudbe = new ZmqRouterConnection(factory, [], options("DC2"));
    const connected = cloudbe.peers(1, LIMIT);
    cloudbe.addEndpoints({ connect: at("DC1-cloud") });
    await connected;
    await told();
    await cloudbe.send(["DC1", "client", "", "d"]);
    await told();
    assert.equal(dc2.cloud.readable || dc3.cloud.readable, false, "it is DC1's turn");
    const local = req("DC1-localbe");
    await local.send("READY");
    const d = await local.receive(LIMIT);
    assert.deepEqual(d.map(String), ["DC2", "client", "", "d"]);

    // DC3 is gone when DC1 gives it a request, and so is a worker of its own later.
    await dc3.cloud.shutdown();
    await told();
    const client = req("DC1-localfe");
    await client.send("e");
    await told();
    await local.send(d);
    assert.deepEqual((await cloudbe.receive(LIMIT)).map(String), ["DC1", "client", "", "d"]);
    await local.send(await local.receive(LIMIT));
    assert.equal(String(await client.receive(LIMIT)), "e");
    await local.shutdown();
    await told();
    await client.send("f");
    await told();
    const other = req("DC1-localbe");
    await other.send("READY");
    await other.send(await other.receive(LIMIT));
    assert.equal(String(await client.receive(LIMIT)), "f");

    for (let n = 0; n < 50; n++) {
      await client.send(`${n}`);
      await other.send(await other.receive(LIMIT));
      assert.equal(String(await client.receive(LIMIT)), `${n}`);
    }
    await other.shutdown();
    await told();
    await dc2.state.send(["DC2", "100"]);
    for (let n = 0; n < 50; n++) {
      await client.send(`${n}`);
      await dc2.cloud.send(await dc2.cloud.receive(LIMIT));
      assert.equal(String(await client.receive(LIMIT)), `${n}`);
    }
    await endsOn("SIGINT", dc1);
    assert.equal(dc1.errors.length, 2);
  });

  test("a peer is told that a worker is free, also if another was taken at the same moment", async (t) => {
    const stage = new Stage(t, import.meta.url);
    await using factory = new ZmqFactory();
    const at = (socket: string) => `ipc://${stage.folder}/${socket}.ipc`;
    const args = ["--role", "broker", "--heartbeat", "600000", "DC1", "DC2"];
    const dc1 = stage.start("peering3", args, { cwd: stage.folder });
    await dc1.line(/listening/);
    const options = { routingId: "DC2", mandatory: true };
    const dc2 = new ZmqRouterConnection(factory, [], options);
    const connected = dc2.peers(1, LIMIT);
    dc2.addEndpoints({ connect: at("DC1-cloud") });
    await connected;
    const states = new ZmqSubConnection(factory, { connect: at("DC1-state") });
    states.subscribe("DC1");
    const told = async (count: number) => {
      while (String((await states.receive(LIMIT))[1]) !== `${count}`);
    };

    const workers: ZmqReqConnection[] = [];
    while (workers.length < 2 || !states.readable) {
      const worker = new ZmqReqConnection(factory, { connect: at("DC1-localbe") });
      await worker.send("READY");
      workers.push(worker);
      await poll({ readable: [states] }, { timeout: 50 }); // the first ones came before the subscription
    }
    const [first, second] = workers as [ZmqReqConnection, ZmqReqConnection];
    await told(workers.length);
    await dc2.send(["DC1", "client", "", "a"]);
    await told(workers.length - 1);
    const request = await first.receive(LIMIT);
    dc1.kill("SIGSTOP"); // then both come at once
    await first.send(request);
    await dc2.send(["DC1", "client", "", "b"]);
    dc1.kill("SIGCONT");
    await second.receive(LIMIT);
    await told(workers.length - 1);
    await endsOn("SIGINT", dc1);
  });

  test("a client that loses a task tells the monitor, and asks no more", async (t) => {
    const stage = new Stage(t, import.meta.url);
    await using factory = new ZmqFactory();
    const bind = (socket: string) => ({ bind: `ipc://${stage.folder}/DC1-${socket}.ipc` });
    const localfe = new ZmqRouterConnection(factory, bind("localfe"));
    const monitor = new ZmqPullConnection(factory, bind("monitor"));
    const args = ["--role", "client", "--clients", "1", "--requests", "9", "--pause", "0", "DC1"];
    const client = stage.start("peering3", args, { cwd: stage.folder });
    const request = await localfe.receive(LIMIT);
    await localfe.send(request);
    assert.equal(String(await monitor.receive(LIMIT)), String(request[2]));
    const [name, delimiter = "", task] = await localfe.receive(LIMIT);
    await localfe.send([name, delimiter, "another task"]);
    assert.equal(String(await monitor.receive(LIMIT)), `E: CLIENT EXIT - lost task ${task}`);
    assert.deepEqual(await client.exit(), { code: 0, signal: null });
    assert.deepEqual(client.lines, [
      "clients wait for the broker of DC1",
      "I: 1 requests answered, 1 lost",
    ]);
  });

  test("Ctrl-C loses no task", async (t) => {
    const stage = new Stage(t, import.meta.url);
    await using factory = new ZmqFactory();
    const bind = (socket: string) => ({ bind: `ipc://${stage.folder}/DC1-${socket}.ipc` });
    const localfe = new ZmqRouterConnection(factory, bind("localfe"));
    const monitor = new ZmqPullConnection(factory, bind("monitor"));
    const args = ["--role", "client", "--clients", "3", "--pause", "0", "DC1"];
    const clients = stage.start("peering3", args, { cwd: stage.folder });
    for (let n = 0; n < 3; n++) await localfe.receive(LIMIT); // all wait for a reply
    await endsOn("SIGINT", clients);
    assert.deepEqual(clients.lines, ["clients wait for the broker of DC1"]);
    assert.equal(monitor.readable, false);
  });

  test("three clusters under bursts share their work; one that is killed costs what it had", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const cluster = (clients: number, workers: number, ...names: string[]): Program => {
      const size = ["--clients", `${clients}`, "--workers", `${workers}`, "--requests", "20"];
      const speed = ["--burst", "10", "--pause", "50", "--work", "20", "--heartbeat", "20"];
      const args = [...size, ...speed, "--patience", "5000", ...names];
      return stage.start("peering3", args, { cwd: stage.folder });
    };
    const dc2 = cluster(2, 4, "DC2", "DC1", "DC3");
    const dc3 = cluster(4, 3, "DC3", "DC1", "DC2");
    for (const peer of [dc2, dc3]) await peer.line(/^I: broker DC\d listening/); // before there is work
    const dc1 = cluster(6, 1, "DC1", "DC2", "DC3"); // far more clients than workers
    // And as much work as it takes until both have helped.
    await using factory = new ZmqFactory();
    const localfe = { connect: `ipc://${stage.folder}/DC1-localfe.ipc` };
    const more = new ZmqDealerConnection(factory, localfe);
    more.on("message", (reply) => more.send(reply));
    for (let n = 0; n < 10; n++) await more.send(["", "more work"]);
    await dc2.line(/^Worker-DC2-\d: .* for DC1$/);
    await dc3.line(/^Worker-DC3-\d: .* for DC1$/);
    dc3.kill("SIGKILL");
    await more.shutdown();

    let allLost = 0;
    for (const [broker, clients] of [
      [dc1, 6],
      [dc2, 2],
    ] as const) {
      const summary = /^I: (\d+) requests answered, (\d+) lost$/;
      const [answered = 0, lost = 0] = (await broker.line(summary)).slice(1).map(Number);
      await broker.count(/^Monitor: [0-9A-F]{4}$/, answered);
      // A client that loses a task tells the monitor, and asks no more. The others are served to the end.
      await broker.count(/^Monitor: E: CLIENT EXIT - lost task [0-9A-F]{4}$/, lost);
      assert.ok(answered >= (clients - lost) * 20, `${answered} answered, ${lost} lost`);
      allLost += lost;
    }
    assert.ok(
      allLost < 6,
      `DC3 cannot have had ${allLost} requests of theirs: it has three workers`,
    );
    const done = dc2.lines.flatMap((line) => /: (\w{4}) for DC1$/.exec(line)?.[1] ?? []);
    const open = done.filter((task) => !dc1.lines.includes(`Monitor: ${task}`));
    assert.deepEqual(open, [], "DC1 has the replies to all that DC2 has done for it");
    await endsOn("SIGINT", dc1, dc2);
    assert.deepEqual([...dc1.errors, ...dc2.errors], []);
  });

  test("a wrong flag gets one line", (t) =>
    refuses(
      new Stage(t, import.meta.url).start("peering3", ["--burst", "x"]),
      /^peering3: --burst/,
    ));
});
