import assert from "node:assert/strict";
import { test } from "node:test";
import { endsOn, refuses, Stage } from "@tx0mq/smoke";
import {
  ZmqEndpoint,
  ZmqFactory,
  ZmqSubConnection,
  ZmqXPubConnection,
  ZmqXSubConnection,
} from "tx0mq";

/** For waits at sockets; those for programs have one of their own. */
const LIMIT = { timeout: 60_000 };

const ANYWHERE = "tcp://127.0.0.1:*";

test("subscribers get their updates, the server upstream the subscriptions", LIMIT, async (t) => {
  const stage = new Stage(t, import.meta.url);
  await using factory = new ZmqFactory();
  const proxy = stage.start("wuproxy", ["--upstream", stage.ipc("up"), "--public", ANYWHERE]);
  const [, address = ""] = await proxy.line(/listening on (\S+),/);
  const subscriber = (tag: string): ZmqSubConnection => {
    const sub = new ZmqSubConnection(factory, ZmqEndpoint.connect(address));
    sub.subscribe(tag);
    return sub;
  };

  // The server comes last, and sees what is wanted from it before it has sent anything.
  const bern = subscriber("3000 ");
  const server = new ZmqXPubConnection(factory, ZmqEndpoint.bind(stage.ipc("up")));
  assert.deepEqual(await subscription(server), "subscribe 3000 ");
  const lisbon = subscriber("1000 ");
  assert.deepEqual(await subscription(server), "subscribe 1000 ");

  for (let n = 0; n < 10; n++) {
    for (const zip of ["3000", "1000", "9999"]) await server.send(`${zip} ${n} 50`);
  }
  for (let n = 0; n < 10; n++) {
    assert.equal(String(await bern.receive()), `3000 ${n} 50`);
    assert.equal(String(await lisbon.receive()), `1000 ${n} 50`);
  }

  // One subscription upstream does for any number of subscribers, until the last of them goes.
  const second = subscriber("3000 ");
  second.subscribe("2000 ");
  assert.deepEqual(await subscription(server), "subscribe 2000 ", "3000 is known already");
  await server.send("3000 22 60");
  assert.equal(String(await second.receive()), "3000 22 60");
  await bern.shutdown();
  lisbon.unsubscribe("1000 ");
  assert.deepEqual(await subscription(server), "unsubscribe 1000 ", "3000 is wanted still");
  await second.shutdown();
  assert.deepEqual([await subscription(server), await subscription(server)].sort(), [
    "unsubscribe 2000 ",
    "unsubscribe 3000 ",
  ]);

  // What is no subscription goes upstream as it is, and messages of any form come down.
  const odd = new ZmqXSubConnection(factory, ZmqEndpoint.connect(address));
  await odd.send(["no", "subscription"]);
  await odd.subscribe("");
  assert.deepEqual((await server.receive()).map(String), ["no", "subscription"]);
  assert.deepEqual(await subscription(server), "subscribe ");
  await server.send(["", "any", "frames"]);
  assert.deepEqual((await odd.receive()).map(String), ["", "any", "frames"]);

  // A server that goes and comes back hears it all again.
  await server.shutdown();
  const again = new ZmqXPubConnection(factory, ZmqEndpoint.bind(stage.ipc("up")));
  assert.deepEqual(await subscription(again), "subscribe ");

  const rival = stage.start("wuproxy", ["--upstream", stage.ipc("up"), "--public", address]);
  await refuses(rival, new RegExp(`^wuproxy: address in use: ${address} `), 1);
  await endsOn("SIGINT", proxy);
  assert.deepEqual(proxy.errors, []);
});

test("without a server it ends on SIGTERM, and wrong arguments get one line", LIMIT, async (t) => {
  const stage = new Stage(t, import.meta.url);
  const proxy = stage.start("wuproxy", ["--upstream", stage.ipc("up"), "--public", ANYWHERE]);
  const flag = stage.start("wuproxy", ["--colour", "red"]);
  const typo = stage.start("wuproxy", ["--upstream", "tcp://*:5556", "--public", ANYWHERE]);

  await proxy.line(/listening/);
  await endsOn("SIGTERM", proxy);
  assert.deepEqual(proxy.errors, []);
  await refuses(flag, /^usage: wuproxy .*--colour/);
  await refuses(typo, /^wuproxy: bad endpoint "tcp:\/\/\*:5556"/);
});

/** The next subscription or cancellation that comes to the server. */
async function subscription(server: ZmqXPubConnection): Promise<string> {
  const [message = Buffer.of()] = await server.receive();
  return `${["unsubscribe", "subscribe"][message[0] ?? 2]} ${message.subarray(1)}`;
}
