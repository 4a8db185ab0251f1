import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { test } from "node:test";
import { endsOn, Stage } from "@tx0mq/smoke";
import {
  type MonitorEvent,
  ZmqAuthenticator,
  ZmqFactory,
  ZmqPubConnection,
  ZmqSubConnection,
  ZmqXPubConnection,
} from "tx0mq";
import { ConnectionState } from "./connection-state.ts";

const LIMIT = { timeout: 60_000 }; // for what never comes

test("connection state is tracked through reconnects", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const address = await stage.tcp();
  const program = stage.start("zmq-monitor-class", ["--endpoint", address]);
  await program.line(/^connecting \(connectDelayed .* connected 0 times\)$/);
  for (const times of [1, 2, 3]) {
    await using factory = new ZmqFactory();
    const pub = new ZmqXPubConnection(factory, { bind: address });
    await pub.receive(LIMIT); // the subscription
    await program.line(new RegExp(`^connected .* connected ${times} times\\)$`));
    await pub.send(["update", String(times)]);
    await program.line(new RegExp(`^received update,${times}$`));
    await factory.shutdown();
    await program.line(new RegExp(`^connecting \\(disconnected .* connected ${times} times\\)$`));
  }
  await endsOn("SIGINT", program);
});

test("who is refused, and does not try again, stays refused", async () => {
  await using factory = new ZmqFactory();
  const auth = new ZmqAuthenticator(factory);
  auth.allow("127.0.0.1");
  auth.configurePlain({ ada: "right" });
  const options = { plainServer: true };
  const pub = new ZmqPubConnection(factory, { bind: "tcp://127.0.0.1:*" }, options);
  const account = { plainUsername: "ada", plainPassword: "wrong" };
  const sub = new ZmqSubConnection(factory, [], account);
  const connection = new ConnectionState(sub);
  const [failed, disconnected] = [once(sub, "handshakeFailed"), once(sub, "disconnected")];
  sub.addEndpoints({ connect: pub.address });
  await failed;
  await disconnected;
  assert.equal(connection.state, "refused");
});

test("each change is told once", () => {
  const connection = new EventEmitter();
  const state = new ConnectionState(connection);
  const told: string[] = [];
  state.on("change", (now, { type }) => told.push(`${now}: ${type}`));
  const types: MonitorEvent["type"][] = [
    ...(["connectDelayed", "endpointClosed", "retried", "connectDelayed", "connected"] as const),
    ...(["handshakeFailed", "disconnected", "retried", "handshakeSucceeded"] as const),
    ...(["disconnected", "retried"] as const),
  ];
  for (const type of types) connection.emit("monitor", { type, address: "" });
  assert.deepEqual(told, [
    "connecting: connectDelayed",
    "refused: handshakeFailed",
    "connecting: retried",
    "connected: handshakeSucceeded",
    "connecting: disconnected",
  ]);
  assert.equal(state.connections, 1);
});
