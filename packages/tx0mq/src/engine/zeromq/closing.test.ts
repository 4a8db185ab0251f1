import assert from "node:assert/strict";
import { test } from "node:test";
import { ZmqFactory, ZmqPullConnection, ZmqPushConnection, ZmqSystemError } from "../../index.js";
import { Child } from "../../testing/child.js";
import { failure, LIMIT, place } from "../../testing/stage.js";

for (const [connections, maxSockets] of [
  [600, undefined],
  [1_023, undefined],
  [5, 10],
  [7, 10],
  [10, 10],
  [1, 1],
] as const) {
  void test(`${connections} of ${maxSockets ?? "1,023"} connections can be shut down at once`, {
    timeout: LIMIT,
  }, async () => {
    const factory = new ZmqFactory(maxSockets === undefined ? {} : { maxSockets });
    const pulls = Array.from(
      { length: connections },
      () => new ZmqPullConnection(factory, { bind: place("tcp") }),
    );
    const addresses = pulls.map(({ address }) => address);
    if (connections === (maxSockets ?? 1_023)) {
      const tooMany = failure(ZmqSystemError, /too many sockets: .* raise maxSockets/);
      assert.throws(() => new ZmqPullConnection(factory), tooMany);
    }
    await pulls.pop()?.shutdown();
    pulls.push(new ZmqPullConnection(factory)); // there is room again
    await factory.shutdown();
    const other = new ZmqFactory();
    new ZmqPullConnection(
      other,
      addresses.map((bind) => ({ bind })),
    );
    await other.shutdown();
  });
}

void test("the shared context has as much room", { timeout: LIMIT }, async () => {
  const factories = [1, 2].map(() => new ZmqFactory({ shared: true }));
  for (let n = 0; n < 1_023; n += 1) {
    new ZmqPushConnection(factories[n % 2] as ZmqFactory, { connect: "tcp://127.0.0.1:9" });
  }
  assert.throws(
    () => new ZmqPullConnection(factories[0] as ZmqFactory),
    failure(ZmqSystemError, /too many sockets/),
  );
  await Promise.all(factories.map((factory) => factory.shutdown()));
});

for (const shared of [false, true]) {
  void test(`a process without any file descriptor left closes its connections, shared: ${shared}`, {
    timeout: LIMIT,
    skip: process.platform === "win32" && "there is no such limit",
  }, async (t) => {
    // Whatever needs a descriptor may be the one that finds none.
    const children = Array.from({ length: shared ? 1 : 3 }, (_, n) => {
      return new Child(
        t,
        `const factory = new zmq.ZmqFactory({ shared: ${shared} });
        const pulls = [];
        try {
          for (;;) {
            const pull = new zmq.ZmqPullConnection(factory, { bind: "tcp://127.0.0.1:*" });
            pulls.push(pull);
            pull.on("accepted", () => undefined);
            pull.on("error", () => undefined);
            new zmq.ZmqPushConnection(factory, { connect: pull.address });
          }
        } catch (error) {
          console.log(error.code, error.errno);
        }
        await factory.shutdown();
        const other = new zmq.ZmqFactory();
        for (const { address } of pulls) new zmq.ZmqPullConnection(other, { bind: address });
        await other.shutdown();
        console.log("done");`,
        100 + n,
      );
    });
    for (const child of children) {
      assert.deepEqual(await child.end, { code: 0, signal: null }, child.errors);
      assert.deepEqual(child.lines, ["ERR_ZMQ_SYSTEM EMFILE", "done"]);
    }
  });
}
