import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { ZmqFactory, ZmqPullConnection, ZmqPushConnection, ZmqSystemError } from "../../index.js";
import { Child } from "../../testing/child.js";
import { failure, LIMIT, place } from "../../testing/stage.js";

/** How many files and sockets this process may open: Node has raised it as far as that is allowed. */
const descriptors = Number(String(spawnSync("sh", ["-c", "ulimit -n"]).stdout)); // or "unlimited"
/** Each connection has its own two, and as many as that for a while. */
const few = descriptors < 4096 && `a process may open ${descriptors} files here`;

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
    skip: maxSockets === undefined && few,
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

void test("the shared context has as much room", { timeout: LIMIT, skip: few }, async () => {
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
    // All are bound and connected before, so that no thread of libzmq takes a descriptor at a bad moment.
    const child = new Child(
      t,
      `import { closeSync, openSync } from "node:fs";
      const bind = "tcp://127.0.0.1:*";
      const factory = new zmq.ZmqFactory({ shared: ${shared} });
      const pulls = [];
      for (let n = 0; n < 6; n += 1) {
        const pull = new zmq.ZmqPullConnection(factory, { bind });
        if (n < 3) pull.on("accepted", () => undefined);
        pulls.push(pull);
        await new zmq.ZmqPushConnection(factory, { connect: pull.address }).send("connected");
        await pull.receive();
      }
      const files = [];
      const useUp = () => {
        try {
          for (;;) files.push(openSync("/dev/null"));
        } catch {}
      };
      // Whatever needs a descriptor is once the one that finds none.
      const refused = new Set();
      const open = (owner) => {
        for (;;) {
          try {
            return new zmq.ZmqPullConnection(owner, { bind });
          } catch (error) {
            refused.add([error.code, error.errno].join(" "));
            closeSync(files.pop());
          }
        }
      };
      const other = new zmq.ZmqFactory();
      for (const owner of [factory, other]) {
        useUp();
        const late = open(owner);
        useUp();
        late.on("error", ({ errno }) => console.log("not monitored:", errno));
        late.on("accepted", () => undefined);
      }
      console.log(...refused);
      await factory.shutdown();
      await other.shutdown();
      console.log("shut down");
      for (const file of files) closeSync(file);
      const next = new zmq.ZmqFactory();
      for (const { address } of pulls.slice(0, 3)) new zmq.ZmqPullConnection(next, { bind: address });
      await next.shutdown();`,
      150,
    );
    assert.deepEqual(await child.end, { code: 0, signal: null }, child.errors);
    assert.deepEqual(child.lines, [
      "not monitored: EMFILE",
      "not monitored: EMFILE",
      "ERR_ZMQ_SYSTEM EMFILE",
      "shut down",
    ]);
  });
}
