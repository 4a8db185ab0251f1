import assert from "node:assert/strict";
import { type EventEmitter, on, once } from "node:events";
import { ZmqAuthenticator, ZmqPullConnection, ZmqPushConnection } from "./index.js";
import { prove } from "./testing/stage.js";

prove("an event that there is not is an error of the compiler", (stage) => {
  const pull = stage.make(ZmqPullConnection);
  // @ts-expect-error it is "message"
  pull.on("mesage", () => undefined);
  // @ts-expect-error it is "message"
  assert.equal(pull.listenerCount("mesage"), 1);
  // @ts-expect-error a close has no details
  pull.emit("close", "details");
  const auth = new ZmqAuthenticator(stage.factory);
  // @ts-expect-error it is "denied"
  assert.equal(auth.listenerCount("refused"), 0);
});

prove("a listener may return a promise, and linters know", (stage) => {
  const returned: ReturnType<Parameters<ZmqPullConnection["on"]>[1]> = Promise.resolve();
  const pull = stage.make(ZmqPullConnection).on("close", () => returned);
  assert.equal(pull.listenerCount("close"), 1);
});

prove("Node's own events and functions take a connection", async (stage) => {
  const pull = stage.bind(ZmqPullConnection);
  const names: (string | symbol)[] = [];
  pull.on("newListener", (name) => names.push(name));
  const connected = once(pull, "accepted");
  const push = stage.connect(ZmqPushConnection, pull);
  await connected;
  void push.send("Hello");
  for await (const [[frame]] of on(pull, "message")) {
    assert.equal(String(frame), "Hello");
    break;
  }
  assert(names.includes("accepted") && names.includes("message"));
});

prove("as a plain EventEmitter it takes any name", (stage) => {
  const pull = stage.make(ZmqPullConnection);
  const told: string[] = [];
  const emitter: EventEmitter = pull;
  for (const name of ["connected", "own"]) emitter.on(name, () => told.push(name));
  pull.emit("connected", { address: "" });
  emitter.emit("own");
  assert.deepEqual(told, ["connected", "own"]);
});
