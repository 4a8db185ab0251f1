import assert from "node:assert/strict";
import { test } from "node:test";
import { Stage } from "@tx0mq/smoke";
import {
  ZmqDealerConnection,
  ZmqFactory,
  ZmqPullConnection,
  ZmqPushConnection,
  ZmqRouterConnection,
  ZmqSubConnection,
  ZmqXPubConnection,
} from "tx0mq";
import { digest } from "../key-value-message/digest.ts";
import { KVMsg } from "../key-value-message/kvsimple.ts";

const LIMIT = { timeout: 60_000 }; // for what never comes
const TO = 1000;

test("updates come back to all clients in one order, and all end with the same map", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const addresses = ["snapshot", "publisher", "collector"].map((name) => stage.ipc(name));
  const [snapshot = "", publisher = "", collector = ""] = addresses;
  const server = stage.start("clonesrv3", [
    ...["--snapshot", snapshot, "--publisher", publisher, "--collector", collector],
  ]);
  await server.line(/^clonesrv3 on/);
  await using factory = new ZmqFactory();
  const reference = new ZmqSubConnection(factory);
  reference.subscribe();
  reference.addEndpoints({ connect: publisher });
  const pusher = new ZmqPushConnection(factory, { connect: collector });
  await pusher.send("nonsense");
  await server.line(/malformed message refused/, { from: "stderr" });
  const stranger = new ZmqDealerConnection(factory, { connect: snapshot });
  await stranger.send("ICANHAZ!");
  await server.line(/malformed message refused/, { from: "stderr" });

  const kvmap = new Map<string, KVMsg>();
  for (const key of ["early", "earlier"]) {
    const kvmsg = new KVMsg(0, key, "in the state alone");
    kvmsg.store(kvmap);
    await pusher.send(kvmsg.frames);
  }
  await server.line(/^I: publishing update 2$/);

  // Three clients set the same ten keys, and this one does as fast as it can when all three have the state.
  const clients = [1, 2, 3].map(() =>
    stage.start("clonecli3", [
      ...["--snapshot", snapshot, "--subscriber", publisher, "--publisher", collector],
      ...["--keys", "10", "--interval", "50", "--to", `${TO}`],
    ]),
  );
  for (const client of clients) await client.line(/^I: received snapshot=\d+$/);
  for (let sequence = 1; sequence <= TO; sequence++) {
    await pusher.send(new KVMsg(0, `${1 + (sequence % 10)}`, `mine ${sequence}`).frames);
    const kvmsg = KVMsg.from(await reference.receive(LIMIT));
    if (sequence === 1) sequence = Math.max(1, kvmsg.sequence); // its subscription may be younger
    assert.equal(kvmsg.sequence, sequence);
    kvmsg.store(kvmap);
  }
  for (const client of clients) {
    assert.deepEqual(await client.exit(), { code: 0, signal: null });
    const updates = client.lines.flatMap(
      (line) => /^I: received update=(\d+),/.exec(line)?.[1] ?? [],
    );
    const first = Number(updates[0]);
    assert.deepEqual(
      updates.map(Number),
      Array.from({ length: TO - first + 1 }, (_, n) => first + n),
    );
    const map = `12 keys, digest ${digest(kvmap)}`;
    assert.equal(client.lines.at(-2), `I: received update=${TO}, ${map}`);
    assert.equal(client.lines.at(-1), `${TO} is the last: 12 keys`);
    assert.deepEqual(client.errors, []);
  }
  server.kill("SIGINT");
  assert.deepEqual(await server.exit(), { code: null, signal: "SIGINT" });
  assert.equal(server.errors.length, 2);
  await server.line(/^\d+ messages handled: 12 keys/);
});

test("a client that sees a hole asks for the state again, and takes no update twice", async (t) => {
  const stage = new Stage(t, import.meta.url);
  await using factory = new ZmqFactory();
  const router = new ZmqRouterConnection(factory, { bind: "tcp://127.0.0.1:*" });
  const publisher = new ZmqXPubConnection(factory, { bind: "tcp://127.0.0.1:*" });
  const collector = new ZmqPullConnection(factory, { bind: "tcp://127.0.0.1:*" });
  const client = stage.start("clonecli3", [
    ...["--snapshot", router.address, "--subscriber", publisher.address],
    ...["--publisher", collector.address, "--to", "9"],
  ]);
  const answer = async (...messages: KVMsg[]) => {
    const [identity, ...request] = await router.receive(LIMIT);
    assert.deepEqual(request.map(String), ["ICANHAZ?"]);
    for (const kvmsg of messages) await router.send([identity, ...kvmsg.frames]);
  };
  const publish = (sequence: number, body: string) =>
    publisher.send(new KVMsg(sequence, "key", body).frames);

  await answer(new KVMsg(5, "KTHXBAI"));
  const pushed = KVMsg.from(await collector.receive(LIMIT));
  assert.equal(pushed.sequence, 0, "the server gives it a number");
  await publisher.receive(LIMIT); // its subscription comes after the state
  await publish(7, "seven");
  await answer(new KVMsg(8, "key", "eight"), new KVMsg(8, "KTHXBAI"));
  await publish(8, "a duplicate");
  await publish(9, "nine");
  assert.deepEqual(await client.exit(), { code: 0, signal: null });
  const kvmap = new Map([["key", { body: Buffer.from("nine") }]]);
  assert.deepEqual(client.lines.slice(1), [
    "I: received snapshot=5",
    "I: received snapshot=8",
    `I: received update=9, 1 keys, digest ${digest(kvmap)}`,
    "9 is the last: 1 keys",
  ]);
});
