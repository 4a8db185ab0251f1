import assert from "node:assert/strict";
import { type AddressInfo, connect as connectTcp, createServer } from "node:net";
import {
  type MonitorEvent,
  ZmqDealerConnection,
  ZmqEndpoint,
  ZmqPullConnection,
  ZmqPushConnection,
  ZmqRouterConnection,
} from "./index.js";
import { at, HOST, next, place, prove, told, until } from "./testing/stage.js";

for (const transport of ["tcp", "ipc"] as const) {
  prove(`both ends tell of a connection's life over ${transport}`, async (stage) => {
    const pull = stage.make(ZmqPullConnection);
    const server: MonitorEvent[] = [];
    pull.on("monitor", (event) => server.push(event));
    pull.addEndpoints(ZmqEndpoint.bind(place(transport)));
    const push = stage.make(ZmqPushConnection, { reconnectInterval: 5 });
    const client: MonitorEvent[] = [];
    push.on("monitor", (event) => client.push(event));
    const connected = told<{ address: string }>(push, "connected");
    const handshakes = [pull, push].map((end) => told(end, "handshakeSucceeded"));
    push.addEndpoints(ZmqEndpoint.connect(at(pull)));
    assert.equal((await connected).address, at(pull));
    await Promise.all(handshakes);
    const lost = told(push, "disconnected");
    const retried = told<{ interval: number }>(push, "retried");
    await pull.shutdown();
    await lost;
    assert(Number.isInteger((await retried).interval));
    const types = (events: MonitorEvent[]): string[] => events.map(({ type }) => type);
    assert.deepEqual(types(server).slice(0, 3), ["listening", "accepted", "handshakeSucceeded"]);
    assert(types(server).includes("endpointClosed"));
    assert.equal(server[0]?.address, at(pull));
    const told3 = types(client).filter((type) => type !== "connectDelayed");
    assert.deepEqual(told3.slice(0, 4), [
      "connected",
      "handshakeSucceeded",
      "disconnected",
      "retried",
    ]);
  });
}

for (const transport of ["tcp", "ws"]) {
  prove(
    `the next attempt waits no longer when somebody was there over ${transport}`,
    async (stage) => {
      const server = createServer((socket) => socket.destroy()).listen(0, HOST);
      stage.t.after(() => server.close());
      await told(server, "listening");
      const options = { reconnectInterval: 1, reconnectMaxInterval: 1_000 };
      const push = stage.make(ZmqPushConnection, options);
      const intervals: number[] = [];
      push.on("retried", ({ interval }) => intervals.push(interval));
      const { port } = server.address() as AddressInfo;
      push.addEndpoints({ connect: `${transport}://${HOST}:${port}` });
      await until(() => intervals.length > 3);
      assert(intervals.every((interval) => interval === 1));
    },
  );
}

prove("a peer that does not speak ZMTP fails in the handshake", async (stage) => {
  const pull = stage.bind(ZmqPullConnection, {}, place("tcp"));
  const failed = told<{ error: Error; reason: string; address: string }>(pull, "handshakeFailed");
  const socket = connectTcp(Number(new URL(at(pull)).port), HOST);
  stage.t.after(() => socket.destroy());
  socket.on("error", () => undefined);
  socket.end(`GET / HTTP/1.1\r\n\r\n${"x".repeat(100)}`);
  const { error, reason, address } = await failed;
  assert(error instanceof Error);
  assert(["protocol", "other"].includes(reason));
  assert.equal(typeof address, "string");
  await stage.connect(ZmqPushConnection, pull).send("goes on");
  assert.deepEqual(await next(pull), ["goes on"]);
});

prove("security mechanisms that do not match fail in the handshake", async (stage) => {
  const router = stage.bind(ZmqRouterConnection, {}, place("tcp"));
  const failed = told<{ error: Error; reason: string }>(router, "handshakeFailed");
  stage.connect(ZmqDealerConnection, router, { plainUsername: "who", plainPassword: "what" });
  const { error, reason } = await failed;
  assert.equal(reason, "protocol");
  assert.match(`${error.message} ${(error as { code?: string }).code}`, /ZMTP.*MECHANISM_MISMATCH/);
});

prove("a listener that throws is reported, and the connection goes on", async (stage) => {
  const pull = stage.make(ZmqPullConnection);
  const errors: string[] = [];
  pull.on("error", ({ message }) => errors.push(message));
  pull.on("listening", () => {
    throw new Error("listener");
  });
  pull.on("accepted", async () => {
    throw new Error("later");
  });
  pull.addEndpoints(ZmqEndpoint.bind(place("tcp")));
  await stage.connect(ZmqPushConnection, pull).send("message");
  assert.deepEqual(await next(pull), ["message"]);
  await until(() => errors.length === 2);
  assert.deepEqual(errors, ["listener", "later"]);
});

prove("what the library does by itself is not told", async (stage) => {
  // A send and a receive that both wait are woken by a connection that is made for that alone.
  const address = place("inproc");
  const dealer = stage.make(ZmqDealerConnection, { immediate: true });
  const events: string[] = [];
  dealer.on("monitor", ({ type, address: where }) => events.push(`${type} ${where}`));
  dealer.addEndpoints(ZmqEndpoint.bind(address));
  const received = dealer.receive();
  const sent = dealer.send("waits");
  await new Promise((resolve) => setImmediate(resolve));
  const peer = stage.connect(ZmqDealerConnection, address);
  void dealer.writable;
  void dealer.readable;
  await sent;
  await peer.send("back");
  await received;
  await dealer.shutdown();
  assert.deepEqual(events, []);
});
