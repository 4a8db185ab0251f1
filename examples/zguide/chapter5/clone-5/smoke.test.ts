import assert from "node:assert/strict";
import { test } from "node:test";
import { endsOn, Stage } from "@tx0mq/smoke";
import {
  type Frames,
  type Message,
  ZmqDealerConnection,
  ZmqFactory,
  ZmqPullConnection,
  ZmqPushConnection,
  ZmqRouterConnection,
  ZmqSubConnection,
  ZmqXPubConnection,
} from "tx0mq";
import { KVMsg } from "../key-value-message/kvmsg.ts";
import { KVStore } from "./kvstore.ts";

const LIMIT = { timeout: 60_000 }; // for what never comes

test("values with a ttl vanish everywhere when it is over, and others stay", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const addresses = ["snapshot", "publisher", "collector"].map((name) => stage.ipc(name));
  const [snapshot = "", publisher = "", collector = ""] = addresses;
  const server = stage.start("clonesrv5", [
    ...["--snapshot", snapshot, "--publisher", publisher, "--collector", collector],
    ...["--flush", "50"],
  ]);
  const client = () =>
    stage.start("clonecli5", [
      ...["--snapshot", snapshot, "--subscriber", publisher, "--publisher", collector],
      ...["--keys", "1", "--ttl", "0", "--interval", "100"],
    ]);
  const clients = [client(), client()];
  for (const one of clients) await one.line(/^I: received snapshot=\d+, \d keys$/);
  await using factory = new ZmqFactory();
  const pusher = new ZmqPushConnection(factory, { connect: collector });
  const dealer = new ZmqDealerConnection(factory, { connect: snapshot });
  const subscriber = new ZmqSubConnection(factory, { connect: publisher });
  subscriber.subscribe("/client/");
  await subscriber.receive(LIMIT); // its subscription is in force

  const uuid = Buffer.from("00112233445566778899aabbccddeeff", "hex");
  const long = new KVMsg({ key: "/client/long", uuid, properties: [["ttl", "600"]], body: "x" });
  const renewed = new KVMsg({ key: "/client/renewed", properties: [["ttl", "0.3"]], body: "x" });
  for (const kvmsg of [
    long,
    renewed,
    renewed.with({ properties: [["ttl", "0"]] }),
    long.with({ key: "/other/long" }),
    renewed.with({ key: "/client/mortal" }),
  ]) {
    await pusher.send(kvmsg.frames);
  }
  let published = await subscriber.receive(LIMIT);
  while (String(published[0]) !== long.key) published = await subscriber.receive(LIMIT);
  assert.equal(published[1]?.length, 8);
  assert.deepEqual(published.slice(2), [uuid, Buffer.from("ttl=600\n"), Buffer.from("x")]);
  await subscriber.shutdown();
  const [, deletion] = await server.line(/^I: publishing delete=(\d+) of \/client\/mortal$/);
  for (const one of clients) await one.line(new RegExp(`^I: received delete=${deletion}, 3 keys$`));
  const state = await ask(dealer);
  assert.deepEqual([...state.keys()].sort(), ["/client/1", "/client/long", "/client/renewed"]);
  const [, sequence, id, properties, body] = state.get("/client/long") ?? [];
  assert.deepEqual([sequence?.length, id, String(body)], [8, uuid, "x"]);
  const until = Number(/^ttl=(.*)\n$/.exec(String(properties))?.[1]);
  assert.ok(until > Date.now() / 1000 + 300, "the state says until when it lives");

  // A client may delete, too.
  await pusher.send(new KVMsg({ key: "/client/renewed" }).frames);
  for (const one of clients) await one.line(/^I: received delete=\d+, 2 keys$/);

  const bad: [ZmqPushConnection | ZmqDealerConnection, Frames][] = [
    [pusher, [...new KVMsg({ key: "k" }).frames.slice(0, 3), "ttl=soon\n", ""]],
    [pusher, "nonsense"],
    [dealer, "ICANHAZ?"],
  ];
  for (const [connection, frames] of bad) {
    await connection.send(frames);
    await server.line(/malformed message refused/, { from: "stderr" });
  }
  await endsOn("SIGINT", ...clients, server);
});

test("a client asks for the state when its subscription is in force, and leaves out what the state has", async (t) => {
  const stage = new Stage(t, import.meta.url);
  await using factory = new ZmqFactory();
  const router = new ZmqRouterConnection(factory, { bind: "tcp://127.0.0.1:*" });
  const publisher = new ZmqXPubConnection(factory, { bind: "tcp://127.0.0.1:*" });
  const collector = new ZmqPullConnection(factory, { bind: "tcp://127.0.0.1:*" });
  const client = stage.start("clonecli5", [
    ...["--snapshot", router.address, "--subscriber", publisher.address],
    ...["--publisher", collector.address, "--interval", "50"],
    ...["--subtree", "/tree/", "--ttl", "3"],
  ]);
  const publish = (sequence: number, body: string) =>
    publisher.send(new KVMsg({ sequence, key: `/tree/${sequence}`, body }).frames);

  assert.deepEqual(await publisher.receive(LIMIT), [Buffer.from("\x01/tree/")]);
  for (let n = 0; n < 3; n++) {
    const { key, sequence, properties } = KVMsg.from(await collector.receive(LIMIT));
    assert.ok(key.startsWith("/tree/") && sequence === 0 && Number(properties.get("ttl")) <= 3);
  }
  assert.ok(!router.readable, "nothing has come back to it");
  await publish(3, "x");
  const [identity, ...request] = await router.receive(LIMIT);
  assert.deepEqual(request.map(String), ["ICANHAZ?", "/tree/"]);
  await publish(6, ""); // the state has it
  await publish(9, "x");
  for (const [sequence, key] of [
    [3, "/tree/3"],
    [5, "/tree/6"],
    [7, "KTHXBAI"],
  ] as const) {
    await router.send([identity, ...new KVMsg({ sequence, key, body: "x" }).frames]);
  }
  await client.line(/^I: received update=9, 3 keys$/);
  assert.deepEqual(client.lines.slice(1, 2), ["I: received snapshot=7, 2 keys"]);
  assert.equal(client.lines.length, 3);
  await endsOn("SIGINT", client);
});

test("in a state, the guide's Python server says in seconds until when a value lives, its C server in ms", () => {
  const store = new KVStore();
  for (const [key, ttl] of [
    ["over, Python", `${Date.now() / 1000 - 9}`],
    ["over, C", `${Date.now() - 9000}`],
    ["alive, Python", `${Date.now() / 1000 + 600}`],
    ["alive, C", `${Date.now() + 600_000}`],
    ["for ever", "0"],
  ] as const) {
    new KVMsg({ key, properties: [["ttl", ttl]], body: "x" }).store(store.kvmap);
  }
  assert.deepEqual(
    store.expired().map(({ key }) => key),
    ["over, Python", "over, C"],
  );
});

/** The state of the subtree, by key. */
async function ask(dealer: ZmqDealerConnection): Promise<Map<string, Message>> {
  await dealer.send(["ICANHAZ?", "/client/"]);
  const state = new Map<string, Message>();
  for (;;) {
    const message = await dealer.receive(LIMIT);
    const [key, sequence, ...rest] = message;
    if (String(key) === "KTHXBAI") {
      assert.equal(sequence?.length, 8);
      assert.deepEqual(rest.map(String), ["", "", "/client/"]);
      return state;
    }
    state.set(String(key), message);
  }
}
