import assert from "node:assert/strict";
import { test } from "node:test";
import { endsOn, Stage } from "@tx0mq/smoke";
import {
  type Message,
  ZmqDealerConnection,
  ZmqFactory,
  ZmqPullConnection,
  ZmqPushConnection,
  ZmqRouterConnection,
  ZmqSubConnection,
  ZmqXPubConnection,
} from "tx0mq";
import { KVMsg } from "../key-value-message/kvsimple.ts";

const LIMIT = { timeout: 60_000 }; // for what never comes

test("a client gets its subtree alone, in the snapshot and in the updates", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const addresses = ["snapshot", "publisher", "collector"].map((name) => stage.ipc(name));
  const [snapshot = "", publisher = "", collector = ""] = addresses;
  const server = stage.start("clonesrv4", [
    ...["--snapshot", snapshot, "--publisher", publisher, "--collector", collector],
  ]);
  await using factory = new ZmqFactory();
  const pusher = new ZmqPushConnection(factory, { connect: collector });
  const push = (key: string, body: string) => pusher.send(new KVMsg(0, key, body).frames);
  for (let n = 1; n <= 50; n++) {
    for (const tree of ["/client/", "/clients/", "/other/clients/", ""])
      await push(`${tree}${n}`, "early");
  }
  await server.line(/^I: publishing update 200$/);
  const [first, ...rest] = await ask(factory, snapshot, ["ICANHAZ?", "/clients/"]);
  assert.deepEqual(first?.slice(0, 3).map(String), ["/clients/1", "\0\0\0\0\0\0\0\x02", "early"]);
  assert.equal(rest.length, 50);
  const end = Buffer.from("00000000000000c8", "hex");
  assert.deepEqual(rest.at(-1), [Buffer.from("KTHXBAI"), end, Buffer.from("/clients/")]);
  assert.equal((await ask(factory, snapshot, ["ICANHAZ?", ""])).length, 201);

  const client = stage.start("clonecli4", [
    ...["--snapshot", snapshot, "--subscriber", publisher, "--publisher", collector],
    ...["--keys", "20", "--interval", "100"],
  ]);
  const [, sequence, keys] = await client.line(/^I: received snapshot=(\d+), (\d+) keys$/);
  assert.ok(Number(sequence) > 200, "its own update, at least, has come back before it asks");
  assert.equal(keys, "50");
  const reference = new ZmqSubConnection(factory);
  reference.subscribe();
  reference.addEndpoints({ connect: publisher });
  await reference.receive(LIMIT);
  for (let n = 1; n <= 100; n++) {
    for (const tree of ["/other/", "/client/"]) await push(`${tree}${n}`, "late");
  }
  const updates: number[] = [];
  for (let body = ""; body !== "/client/100"; ) {
    const kvmsg = KVMsg.from(await reference.receive(LIMIT));
    if (kvmsg.key.startsWith("/client/")) updates.push(kvmsg.sequence);
    if (String(kvmsg.body) === "late") body = kvmsg.key;
  }
  await client.line(new RegExp(`^I: received update=${updates.at(-1)}, 100 keys`));
  const received = client.lines.flatMap(
    (line) => /^I: received update=(\d+)/.exec(line)?.[1] ?? [],
  );
  const [from = 0] = updates;
  assert.deepEqual(
    received.map(Number).filter((update) => update >= from && update <= Number(updates.at(-1))),
    updates,
  );

  for (const request of [["ICANHAZ?"], ["ICANHAZ!", ""], ["ICANHAZ?", "", ""]]) {
    const stranger = new ZmqDealerConnection(factory, { connect: snapshot });
    await stranger.send(request);
    await server.line(/malformed message refused: it asks ICANHAZ\?/, { from: "stderr" });
  }
  await endsOn("SIGINT", client, server);
});

test("a client asks for the state only when its subscription is in force", async (t) => {
  const stage = new Stage(t, import.meta.url);
  await using factory = new ZmqFactory();
  const router = new ZmqRouterConnection(factory, { bind: "tcp://127.0.0.1:*" });
  const publisher = new ZmqXPubConnection(factory, { bind: "tcp://127.0.0.1:*" });
  const collector = new ZmqPullConnection(factory, { bind: "tcp://127.0.0.1:*" });
  const client = stage.start("clonecli4", [
    ...["--snapshot", router.address, "--subscriber", publisher.address],
    ...["--publisher", collector.address, "--subtree", "/tree/", "--interval", "50"],
  ]);
  const publish = (sequence: number) =>
    publisher.send(new KVMsg(sequence, `/tree/${sequence}`, "x").frames);

  assert.deepEqual(await publisher.receive(LIMIT), [Buffer.from("\x01/tree/")]);
  for (let n = 0; n < 3; n++) await collector.receive(LIMIT);
  assert.ok(!router.readable, "nothing has come back to it");
  await publish(3);
  const [identity, ...request] = await router.receive(LIMIT);
  assert.deepEqual(request.map(String), ["ICANHAZ?", "/tree/"]);
  await publish(6); // the state has it
  await publish(9);
  for (const [sequence, key] of [
    [3, "/tree/3"],
    [6, "/tree/6"],
    [7, "KTHXBAI"],
  ] as const) {
    await router.send([identity, ...new KVMsg(sequence, key, "x").frames]);
  }
  await client.line(/^I: received update=9, 3 keys/);
  assert.deepEqual(client.lines.slice(1, 2), ["I: received snapshot=7, 2 keys"]);
  assert.equal(client.lines.length, 3);
  await endsOn("SIGINT", client);
});

/** All messages of the answer, the end included. */
async function ask(factory: ZmqFactory, address: string, request: string[]): Promise<Message[]> {
  const dealer = new ZmqDealerConnection(factory, { connect: address });
  await dealer.send(request);
  const messages: Message[] = [];
  while (String(messages.at(-1)?.[0]) !== "KTHXBAI") messages.push(await dealer.receive(LIMIT));
  await dealer.shutdown();
  return messages;
}
