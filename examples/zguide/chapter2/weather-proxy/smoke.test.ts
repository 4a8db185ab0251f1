import assert from "node:assert/strict";
import { test } from "node:test";
import { endsOn, refuses, Stage } from "@tx0mq/smoke";
import { ZmqFactory, ZmqSubConnection, ZmqXPubConnection } from "tx0mq";

const LIMIT = { timeout: 60_000 }; // for what never comes

test("subscribers get their updates, and the server upstream their subscriptions", {
  timeout: 120_000,
}, async (t) => {
  const stage = new Stage(t, import.meta.url);
  const wrong = stage.start("wuproxy", ["--colour", "red"]);
  await using factory = new ZmqFactory();
  const server = new ZmqXPubConnection(factory, { bind: "tcp://127.0.0.1:*" });
  const addresses = ["--upstream", server.address, "--downstream", "tcp://127.0.0.1:*"];
  const proxy = stage.start("wuproxy", addresses);
  const [, address] = await proxy.line(/listening on (\S+),/);
  const subscriber = (tag: string): ZmqSubConnection => {
    const connection = new ZmqSubConnection(factory, { connect: address });
    connection.subscribe(tag);
    return connection;
  };

  const bern = subscriber("3000 ");
  assert.equal(String(await server.receive(LIMIT)), "\x013000 ");
  const lisbon = subscriber("1000 ");
  assert.equal(String(await server.receive(LIMIT)), "\x011000 ");
  for (let n = 0; n < 10; n++) {
    for (const zipcode of ["3000", "1000", "9999"]) await server.send(`${zipcode} ${n} 50`);
  }
  for (let n = 0; n < 10; n++) {
    assert.equal(String(await bern.receive(LIMIT)), `3000 ${n} 50`);
    assert.equal(String(await lisbon.receive(LIMIT)), `1000 ${n} 50`);
  }

  // One subscription upstream does for any number of subscribers, until the last of them goes.
  const second = subscriber("3000 ");
  second.subscribe("2000 ");
  assert.equal(String(await server.receive(LIMIT)), "\x012000 ", "3000 is known already");
  await server.send("3000 22 60");
  assert.equal(String(await second.receive(LIMIT)), "3000 22 60");
  await bern.shutdown();
  lisbon.unsubscribe("1000 ");
  assert.equal(String(await server.receive(LIMIT)), "\x001000 ", "3000 is still wanted");
  second.unsubscribe("3000 ");
  assert.equal(String(await server.receive(LIMIT)), "\x003000 ");

  await endsOn("SIGINT", proxy);
  assert.deepEqual(proxy.errors, []);
  await refuses(wrong, /^wuproxy: .*--colour/);
});
