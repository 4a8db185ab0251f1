import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { endsOn, Stage } from "@tx0mq/smoke";
import { ZmqDealerConnection, ZmqFactory, ZmqReqConnection, ZmqRouterConnection } from "tx0mq";

const ANYWHERE = "tcp://127.0.0.1:*";
const HEARTBEATS = ["--heartbeat", "200", "--liveness", "5"];
const READY = Buffer.of(1);
const HEARTBEAT = Buffer.of(2);

describe("paranoid pirate", { concurrency: true }, () => {
  test("a worker freezes, the queue dies and comes back: clients lose nothing", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const addresses = ["--frontend", await stage.tcp(), "--backend", await stage.tcp()];
    const startQueue = () => stage.start("ppqueue", [...addresses, ...HEARTBEATS]);
    const startWorker = () =>
      stage.start("ppworker", [
        ...["--endpoint", addresses[3] ?? "", ...HEARTBEATS, "--faultless", "--work", "50"],
        ...["--shortest", "100", "--longest", "400"],
      ]);
    const queue = startQueue();
    const frozen = startWorker();
    const [, name] = await frozen.line(/^(\w+): ready/);
    const client = stage.start("../lazy-pirate/lpclient", [
      ...["--endpoint", addresses[1] ?? "", "--timeout", "1500", "--tries", "10"],
    ]);
    await client.line(/OK \(2\)/);
    const other = startWorker();
    await other.line(/normal reply/);
    frozen.kill("SIGSTOP");
    await queue.line(new RegExp(`worker ${name} expired`));
    await other.count(/normal reply/, 5); // it gets them all
    frozen.kill("SIGCONT");
    await frozen.line(/normal reply/);

    queue.kill("SIGKILL");
    for (const pause of [100, 200, 400, 400]) {
      await frozen.line(new RegExp(`connecting anew in ${pause} ms`));
    }
    const before = client.lines.filter((line) => line.includes("OK")).length;
    const second = startQueue();
    await client.line(new RegExp(`OK \\(${before + 5}\\)`));

    await endsOn("SIGINT", client, frozen, other, second);
    const replies = client.lines.filter((line) => line.includes("OK"));
    assert.deepEqual(
      replies,
      replies.map((_, n) => `Server replied OK (${n})`),
    );
  });

  test("on the wire a worker says 0x01 and 0x02, and passes envelopes back", async (t) => {
    const stage = new Stage(t, import.meta.url);
    await using factory = new ZmqFactory();
    const queue = new ZmqRouterConnection(factory, { bind: stage.ipc("queue") });
    const worker = stage.start("ppworker", [
      ...["--endpoint", stage.ipc("queue"), "--heartbeat", "10", "--liveness", "6000"],
      ...["--work", "0", "--faultless"],
    ]);
    const [name, ready] = await queue.receive();
    assert.deepEqual([ready, (await queue.receive())[1]], [READY, HEARTBEAT]);
    await queue.send([name, "client", "", "request"]);
    let reply = await queue.receive();
    while (reply.length === 2) reply = await queue.receive(); // heartbeats
    assert.deepEqual(reply.slice(1).map(String), ["client", "", "request"]);
    await queue.send([name, "nonsense"]);
    await worker.line(/invalid message/, { from: "stderr" });
    await endsOn("SIGTERM", worker);
  });

  test("the queue beats as well, refuses what is malformed, and forgets nobody who works", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const queue = stage.start("ppqueue", [
      ...["--frontend", ANYWHERE, "--backend", ANYWHERE, "--heartbeat", "20", "--liveness", "1000"],
    ]);
    const [, frontend, backend] = await queue.line(/listening on (\S+), workers on (\S+)/);
    await using factory = new ZmqFactory();
    const worker = new ZmqDealerConnection(factory, { connect: backend });
    await worker.send("nonsense");
    await queue.line(/invalid message from a worker/, { from: "stderr" });
    await worker.send(READY);
    assert.deepEqual(await worker.receive(), [HEARTBEAT]);

    const stranger = new ZmqDealerConnection(factory, { connect: frontend });
    await stranger.send("no envelope");
    await queue.line(/invalid message from a client/, { from: "stderr" });
    const clients = ["one", "two"].map(
      (routingId) => new ZmqReqConnection(factory, { connect: frontend }, { routingId }),
    );
    for (const client of clients) await client.send("request");

    const first = await request(worker);
    await worker.send(HEARTBEAT); // it lives, and is busy: the next one has to wait
    await worker.send(first);
    const second = await request(worker);
    assert.notDeepEqual(first[0], second[0]);
    await worker.send(second);
    for (const client of clients) assert.equal(String(await client.receive()), "request");
    await endsOn("SIGINT", queue);
  });
});

async function request(worker: ZmqDealerConnection) {
  for (;;) {
    const message = await worker.receive();
    if (message.length > 1) return message;
  }
}
