import assert from "node:assert/strict";
import { test } from "node:test";
import { endsOn, Stage } from "@tx0mq/smoke";
import {
  type Message,
  ZmqDealerConnection,
  ZmqFactory,
  ZmqRouterConnection,
  ZmqSubConnection,
  ZmqXPubConnection,
} from "tx0mq";
import { digest } from "../key-value-message/digest.ts";
import { KVMsg } from "../key-value-message/kvsimple.ts";

const ANYWHERE = ["--snapshot", "tcp://127.0.0.1:*", "--publisher", "tcp://127.0.0.1:*"];
const LIMIT = { timeout: 60_000 }; // for what never comes

test("late joiners get a snapshot, then the updates, without a gap or a duplicate", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const [snapshot, publisher] = [stage.ipc("snapshot"), stage.ipc("publisher")];
  const server = stage.start("clonesrv2", ["--snapshot", snapshot, "--publisher", publisher]);
  await using factory = new ZmqFactory();
  // The server waits for it when some thousand updates have not been read: until the joiners are there.
  const reference = new ZmqSubConnection(factory, { connect: publisher });
  reference.subscribe();
  await reference.receive(LIMIT);

  const state = await ask(factory, snapshot, "ICANHAZ?");
  const end = state.pop();
  assert.equal(String(end?.[0]), "KTHXBAI");
  assert.deepEqual(
    end?.map((frame) => frame.length),
    [7, 8, 0],
  );
  const kvmap = new Map<string, KVMsg>();
  for (const frames of state) KVMsg.from(frames).store(kvmap);
  let sequence = Number(end?.[1]?.readBigInt64BE());

  const to = sequence + 25_000;
  const join = () =>
    stage.start("clonecli2", [
      ...["--snapshot", snapshot, "--subscriber", publisher, "--to", `${to}`],
    ]);
  const first = join();
  await first.line(/^Received snapshot=\d+$/);
  const clients = [first, join(), join()];
  for (const client of clients.slice(1)) await client.line(/^Received snapshot=\d+$/);

  while (sequence < to) {
    const kvmsg = KVMsg.from(await reference.receive(LIMIT));
    if (kvmsg.sequence <= sequence) continue;
    assert.equal(kvmsg.sequence, sequence + 1);
    sequence = kvmsg.sequence;
    kvmsg.store(kvmap);
  }
  await reference.shutdown();
  for (const client of clients) {
    assert.deepEqual(await client.exit(), { code: 0, signal: null });
    const snapshots = client.lines.flatMap(
      (line) => /^Received snapshot=(\d+)$/.exec(line)?.[1] ?? [],
    );
    const updates = to - Number(snapshots.at(-1));
    assert.ok(updates > 0);
    assert.equal(
      client.lines.at(-1),
      `${updates} updates in: ${kvmap.size} keys, digest ${digest(kvmap)}`,
    );
    assert.deepEqual(client.errors, []);
  }
  await endsOn("SIGINT", server);
});

test("a client that sees a hole asks for the state again", async (t) => {
  const stage = new Stage(t, import.meta.url);
  await using factory = new ZmqFactory();
  const router = new ZmqRouterConnection(factory, { bind: "tcp://127.0.0.1:*" });
  const publisher = new ZmqXPubConnection(factory, { bind: "tcp://127.0.0.1:*" });
  const client = stage.start("clonecli2", [
    ...["--snapshot", router.address, "--subscriber", publisher.address, "--to", "9"],
  ]);
  const answer = async (...messages: KVMsg[]) => {
    const [identity, ...request] = await router.receive(LIMIT);
    assert.deepEqual(request.map(String), ["ICANHAZ?"]);
    for (const kvmsg of messages) await router.send([identity, ...kvmsg.frames]);
  };
  const publish = (sequence: number, body: string) =>
    publisher.send(new KVMsg(sequence, "key", body).frames);

  await answer(new KVMsg(5, "KTHXBAI"));
  await publisher.receive(LIMIT); // its subscription comes after the snapshot
  await publish(7, "seven");
  await answer(new KVMsg(8, "key", "eight"), new KVMsg(8, "KTHXBAI"));
  await publish(8, "a duplicate");
  await publish(9, "nine");
  assert.deepEqual(await client.exit(), { code: 0, signal: null });
  const kvmap = new Map([["key", { body: Buffer.from("nine") }]]);
  assert.deepEqual(client.lines.slice(1), [
    "Received snapshot=5",
    "Received snapshot=8",
    `1 updates in: 1 keys, digest ${digest(kvmap)}`,
  ]);
});

test("a bad request costs the server a line", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const server = stage.start("clonesrv2", [...ANYWHERE, "--count", "1000"]);
  const [, snapshot] = await server.line(/listening on (\S+),/);
  await server.line(/^1000 messages out/);
  await using factory = new ZmqFactory();
  const stranger = new ZmqDealerConnection(factory, { connect: snapshot });
  await stranger.send("ICANHAZ!");
  await server.line(/malformed message refused: it asks ICANHAZ\?/, { from: "stderr" });
  assert.ok((await ask(factory, snapshot, "ICANHAZ?")).length > 1);
  assert.equal(server.errors.length, 1);
  await endsOn("SIGINT", server);
});

/** All messages of the answer, the end included. */
async function ask(factory: ZmqFactory, address: string, request: string): Promise<Message[]> {
  const dealer = new ZmqDealerConnection(factory, { connect: address });
  await dealer.send(request);
  const messages: Message[] = [];
  while (String(messages.at(-1)?.[0]) !== "KTHXBAI") messages.push(await dealer.receive(LIMIT));
  await dealer.shutdown();
  return messages;
}
