import assert from "node:assert/strict";
import { channel, subscribe, unsubscribe } from "node:diagnostics_channel";
import type { TestContext } from "node:test";
import {
  type EventTrace,
  type ReceiveTrace,
  type SendTrace,
  ZmqPullConnection,
  ZmqPushConnection,
  ZmqRouterConnection,
} from "./index.js";
import { next, place, prove, text, until } from "./testing/stage.js";

function record<T>(t: TestContext, name: string): T[] {
  const traces: T[] = [];
  const add = (trace: unknown): void => void traces.push(trace as T);
  subscribe(name, add);
  t.after(() => unsubscribe(name, add));
  return traces;
}

prove(
  "every message is traced with its connection and frames, whichever way it is read",
  async (stage) => {
    const sends = record<SendTrace>(stage.t, "tx0mq:send");
    const receives = record<ReceiveTrace>(stage.t, "tx0mq:receive");
    const push = stage.bind(ZmqPushConnection, {}, place("inproc"));
    const waiting = [push.send("one frame"), push.send(["two", "frames"])];
    assert.equal(sends.length, 0);
    const pull = stage.connect(ZmqPullConnection, push);
    assert.deepEqual(await next(pull), ["one frame"]);
    await Promise.all(waiting);
    const handled: string[] = [];
    pull.on("message", (frames) => handled.push(...text(frames)));
    await until(() => handled.length === 2);
    const router = stage.bind(ZmqRouterConnection, {}, place("inproc"));
    await router.send(["nobody", "takes it"]);
    assert.deepEqual(
      sends.map(({ connection, frames }) => [Object.is(connection, router), text(frames)]),
      [
        [false, ["one frame"]],
        [false, ["two", "frames"]],
        [true, ["nobody", "takes it"]],
      ],
    );
    assert(sends.slice(0, 2).every(({ connection }) => Object.is(connection, push)));
    assert.deepEqual(
      receives.map(({ connection, frames }) => [Object.is(connection, pull), text(frames)]),
      [
        [true, ["one frame"]],
        [true, ["two", "frames"]],
      ],
    );
  },
);

prove("a connection's life and its monitor are traced, without a listener", async (stage) => {
  const events = record<EventTrace>(stage.t, "tx0mq:event");
  const pull = stage.bind(ZmqPullConnection, {}, place("tcp"));
  const push = stage.connect(ZmqPushConnection, pull);
  await push.send("message");
  await next(pull);
  await push.shutdown();
  await until(() => typesOf(pull).includes("disconnected"));
  await pull.shutdown();
  function typesOf(connection: object): string[] {
    return events.filter((e) => e.connection === connection).map(({ event }) => event.type);
  }
  for (const type of ["open", "listening", "accepted", "handshakeSucceeded"]) {
    assert(typesOf(pull).includes(type), `${type} is missing in ${typesOf(pull)}`);
  }
  assert.deepEqual(typesOf(pull).slice(-1), ["close"]);
  for (const type of ["open", "connected", "handshakeSucceeded", "shutdown", "close"]) {
    assert(typesOf(push).includes(type), `${type} is missing in ${typesOf(push)}`);
  }
});

prove("nothing is published where nobody subscribes", async (stage) => {
  const published = ["send", "receive", "event"].map((name) =>
    stage.t.mock.method(channel(`tx0mq:${name}`), "publish", () => undefined),
  );
  const pull = stage.bind(ZmqPullConnection, {}, place("tcp"));
  pull.on("listening", () => undefined);
  const push = stage.connect(ZmqPushConnection, pull);
  await push.send("message");
  await next(pull);
  await Promise.all([pull.shutdown(), push.shutdown()]);
  assert.deepEqual(
    published.map((publish) => publish.mock.callCount()),
    [0, 0, 0],
  );
});
