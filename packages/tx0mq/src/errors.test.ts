import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { test } from "node:test";
import { runInNewContext } from "node:vm";
import { endpointError, errnoOf, socketError } from "./errors.js";
import { toBuffer } from "./frames.js";
import * as library from "./index.js";
import {
  type Frame,
  ZmqAddressInUseError,
  ZmqArgumentError,
  ZmqClosedError,
  ZmqDealerConnection,
  ZmqEndpoint,
  ZmqEndpointError,
  ZmqError,
  ZmqFactory,
  ZmqOptionError,
  ZmqPairConnection,
  ZmqPullConnection,
  ZmqPushConnection,
  ZmqRouterConnection,
  ZmqServerConnection,
  ZmqStateError,
  ZmqStreamConnection,
  ZmqSystemError,
  ZmqUnroutableError,
} from "./index.js";
import { ENGINE, onZmtp } from "./testing/engine.js";
import { at, failure, HOST, place, prove } from "./testing/stage.js";

/** Who listens at a Unix socket is known on Linux alone. */
const TELLS_WHO_LISTENS = existsSync("/proc/net/unix");

void test("an engine's error of another realm is translated as any other", () => {
  const error = (code: string): unknown =>
    runInNewContext("Object.assign(new Error('why'), { code })", { code });
  assert(!(error("EFSM") instanceof Error));
  assert.equal(errnoOf(error("EAGAIN")), "EAGAIN");
  assert(socketError(error("EFSM"), "cannot send") instanceof ZmqStateError);
  assert(endpointError(error("EADDRINUSE"), "tcp://a:1") instanceof ZmqAddressInUseError);
  assert.equal(socketError(error("EIO"), "cannot send").message, "cannot send: why");
});

void test("every kind of error has its code, which stays", () => {
  const made: Record<string, ZmqError> = {
    ZmqAbortError: new library.ZmqAbortError("reason"),
    ZmqAddressInUseError: new library.ZmqAddressInUseError("tcp://127.0.0.1:1", "EADDRINUSE"),
    ZmqArgumentError: new library.ZmqArgumentError("why"),
    ZmqClosedError: new library.ZmqClosedError("it"),
    ZmqEndpointError: new library.ZmqEndpointError("tpc://x", "why"),
    ZmqOptionError: new library.ZmqOptionError("name", "why"),
    ZmqProtocolError: new library.ZmqProtocolError("why", []),
    ZmqQueueFullError: new library.ZmqQueueFullError(1),
    ZmqStateError: new library.ZmqStateError("why"),
    ZmqSystemError: new library.ZmqSystemError("why", "EMFILE"),
    ZmqTimeoutError: new library.ZmqTimeoutError("message", 5),
    ZmqUnknownRequestError: new library.ZmqUnknownRequestError(1),
    ZmqUnroutableError: new library.ZmqUnroutableError(Buffer.from("peer")),
  };
  const exported = Object.keys(library).filter((name) => /^Zmq\w+Error$/.test(name));
  assert.deepEqual([...exported].sort(), Object.keys(made).sort());
  for (const [name, error] of Object.entries(made)) {
    assert(error instanceof ZmqError && error instanceof Error, name);
    assert.equal(error.name, name === "ZmqAbortError" ? "AbortError" : name);
    assert(error.message.length > 0 && error.stack?.includes(error.message), name);
  }
  assert.deepEqual(
    Object.fromEntries(Object.entries(made).map(([name, { code }]) => [name, code])),
    {
      ZmqAbortError: "ABORT_ERR",
      ZmqAddressInUseError: "ERR_ZMQ_ADDRESS_IN_USE",
      ZmqArgumentError: "ERR_ZMQ_ARGUMENT",
      ZmqClosedError: "ERR_ZMQ_CLOSED",
      ZmqEndpointError: "ERR_ZMQ_ENDPOINT",
      ZmqOptionError: "ERR_ZMQ_OPTION",
      ZmqProtocolError: "ERR_ZMQ_PROTOCOL",
      ZmqQueueFullError: "ERR_ZMQ_QUEUE_FULL",
      ZmqStateError: "ERR_ZMQ_STATE",
      ZmqSystemError: "ERR_ZMQ_SYSTEM",
      ZmqTimeoutError: "ERR_ZMQ_TIMEOUT",
      ZmqUnknownRequestError: "ERR_ZMQ_UNKNOWN_REQUEST",
      ZmqUnroutableError: "ERR_ZMQ_UNROUTABLE",
    },
  );
});

prove("an unroutable message's error tells whom it was for", async (stage) => {
  const long = "x".repeat(300);
  const ids: [Frame, shown: string][] = [
    ["nobody", '"nobody"'],
    ["bücher 1", '"bücher 1"'],
    ['say "hi"', '"say \\"hi\\""'],
    [Buffer.of(0, 0x6b, 0x8b, 0x45, 0x67), "0x006b8b4567"],
    [Buffer.of(0xff, 0x41), "0xff41"],
    ["two\nlines", "0x74776f0a6c696e6573"],
    ["", "0x"],
    [new Uint16Array([0x4142]), '"BA"'],
    [long, `"${long.slice(0, 255)}"…`],
  ];
  const router = stage.bind(ZmqRouterConnection, { mandatory: true });
  const stream = stage.bind(ZmqStreamConnection);
  for (const connection of [router, stream]) {
    for (const [id, shown] of ids) {
      await assert.rejects(connection.send([id, "message"]), (error) => {
        assert(error instanceof ZmqUnroutableError);
        assert.deepEqual(error.routingId, toBuffer(id));
        assert(error.message.startsWith(`no peer with the routing id ${shown} is connected`));
        return true;
      });
    }
  }
  const server = stage.bind(ZmqServerConnection);
  await assert.rejects(server.send(["message", { routingId: 77 }]), (error) => {
    assert(error instanceof ZmqUnroutableError);
    assert.equal(error.routingId, 77);
    assert.match(error.message, /routing id 77 is/);
    return true;
  });
});

prove("the second to bind an address is told so, with the address", async (stage) => {
  for (const transport of ["tcp", "ipc", "inproc"] as const) {
    if (transport === "ipc" && ENGINE !== "zmtp" && !TELLS_WHO_LISTENS) {
      stage.t.diagnostic(
        "not over ipc: libzmq takes the path over, and only Linux tells of others",
      );
      continue;
    }
    const first = stage.bind(ZmqPullConnection, {}, place(transport));
    const address = at(first);
    const inUse = (error: unknown): true => {
      assert(error instanceof ZmqAddressInUseError);
      assert.equal(error.address, address);
      assert.equal(error.errno, "EADDRINUSE");
      assert(error.message.includes(address) && error.message.includes("stop the program"));
      return true;
    };
    assert.throws(() => stage.bind(ZmqPullConnection, {}, address), inUse);
    assert.throws(() => first.addEndpoints(ZmqEndpoint.bind(address)), inUse);
    const push = stage.connect(ZmqPushConnection, address);
    await push.send("the first still works");
    assert.equal(String(await first.receive()), "the first still works");
  }
});

prove("an address that another process is bound to is in use", async (stage) => {
  const address = place("ipc");
  const other = spawn(
    process.execPath,
    [
      "--eval",
      `const listen = (on) => new Promise((up) => { const s = require("node:net").createServer().listen(on, () => up(s.address())); });
       Promise.all([listen(${JSON.stringify(address.slice(6))}), listen({ port: 0, host: "${HOST}" })]).then(([, { port }]) => console.log(port));`,
    ],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  stage.t.after(() => other.kill("SIGKILL"));
  const port = await new Promise((resolve) => other.stdout.once("data", resolve));
  for (const taken of [address, `tcp://${HOST}:${Number(port)}`]) {
    if (taken === address && !TELLS_WHO_LISTENS) continue;
    assert.throws(() => stage.bind(ZmqPullConnection, {}, taken), failure(ZmqAddressInUseError));
  }
  other.kill("SIGKILL");
  await new Promise((resolve) => other.once("close", resolve));
  assert(existsSync(address.slice(6)));
  stage.bind(ZmqPullConnection, {}, address); // what the dead have left is no hindrance
});

prove(
  "a file where a socket should be is replaced, as libzmq does",
  async (stage) => {
    const address = place("ipc");
    await writeFile(address.slice(6), "");
    stage.bind(ZmqPullConnection, {}, address);
  },
  { skip: onZmtp("a file that is no socket stays") },
);

prove("what cannot be bound is refused, with the reason and the address", (stage) => {
  const wrong: [string, RegExp][] = [
    ["ipc:///no/such/folder/socket", /no such folder/],
    ["tcp://192.0.2.1:*", /no interface of this machine/],
    [`tcp://${"x".repeat(64)}:5555`, /no such interface/], // no name that libzmq would look up
    ["ipc:///proc/socket", /permission|folder|cannot use/],
  ];
  for (const [address, why] of wrong) {
    assert.throws(
      () => stage.bind(ZmqPullConnection, {}, address),
      (error) => {
        assert(error instanceof ZmqError);
        assert.match(error.message, why);
        assert.equal(error.address, address);
        assert.equal(typeof error.errno, "string");
        return true;
      },
    );
  }
  const transport = "norm://127.0.0.1:5555";
  assert.throws(
    () => stage.bind(ZmqPullConnection, {}, transport),
    failure(ZmqEndpointError, /the engine does not have this transport/),
  );
  assert.throws(
    () => stage.bind(ZmqPairConnection, {}, "udp://127.0.0.1:5555"),
    failure(ZmqEndpointError, /this socket type cannot use this transport/),
  );
});

prove("what is no endpoint is refused", (stage) => {
  const { factory } = stage;
  for (const wrong of ["tcp://127.0.0.1:5555", ["tcp://127.0.0.1:5555"], null, 5555, {}]) {
    assert.throws(
      () => new ZmqPullConnection(factory, wrong as never),
      failure(ZmqArgumentError, /is no endpoint: write \{ bind: address \}/),
    );
  }
});

prove("options that the type does not have are refused, and wrong values", (stage) => {
  const wrong: [object, RegExp][] = [
    [{ highWaterMark: 1 }, /option highWaterMark: there is no such option/],
    [{ toString: 1 }, /option toString: there is no such option/],
    [{ mandatory: true }, /option mandatory: PUSH sockets do not have it; ROUTER sockets do/],
    [{ sendHighWaterMark: "1" }, /option sendHighWaterMark: is a whole number.*not "1"/],
    [
      { sendHighWaterMark: -1 },
      /option sendHighWaterMark: (libzmq does not take|is 0 or more, not) -1/,
    ],
    [{ immediate: 1 }, /option immediate: is true or false, not 1/],
    [{ immediate: {} }, /option immediate: is true or false, not an object$/],
    [{ interface: [] }, /option interface: is a string or a Uint8Array, not an object$/],
    [{ interface: 1 }, /option interface: is a string or a Uint8Array, not a number$/],
    [{ lingerPeriod: 1.5 }, /option lingerPeriod/],
    [{ lingerPeriod: -2 }, /option lingerPeriod/],
    [{ sendQueueLimit: -1 }, /option sendQueueLimit/],
  ];
  for (const [options, why] of wrong) {
    assert.throws(() => stage.make(ZmqPushConnection, options), failure(ZmqOptionError, why));
  }
  assert.throws(
    () => stage.make(ZmqDealerConnection, { curvePublicKey: "too short" }),
    (error) => error instanceof ZmqOptionError && error.option === "curvePublicKey",
  );
  stage.make(ZmqPushConnection, { sendHighWaterMark: undefined } as object);
});

prove("too many sockets is an error that says what to do", async (stage) => {
  const factory = new ZmqFactory({ maxSockets: 3, lingerPeriod: 0 });
  stage.t.after(() => factory.shutdown());
  assert.throws(
    () => {
      for (let n = 0; n < 10; n += 1) new ZmqPushConnection(factory);
    },
    (error) => {
      assert(error instanceof ZmqSystemError);
      assert.equal(error.errno, "EMFILE");
      assert.match(error.message, /too many sockets: shut connections down, or raise maxSockets$/);
      return true;
    },
  );
});

prove("a factory that is shut down makes no connections", async (stage) => {
  await stage.factory.shutdown();
  assert.throws(() => stage.make(ZmqPushConnection), failure(ZmqClosedError, /the factory/));
});

prove("a port that something else listens at is in use", async (stage) => {
  const server = createServer();
  stage.t.after(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  const { port } = server.address() as { port: number };
  const address = `tcp://${HOST}:${port}`;
  assert.throws(() => stage.bind(ZmqPullConnection, {}, address), failure(ZmqAddressInUseError));
});
