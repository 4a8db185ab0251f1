import assert from "node:assert/strict";
import { networkInterfaces } from "node:os";
import { test } from "node:test";
import { hasIPv6Address, reachable } from "./endpoint.js";
import {
  ZmqAddressInUseError,
  ZmqEndpoint,
  ZmqEndpointError,
  ZmqEndpointType,
  ZmqPullConnection,
  ZmqPushConnection,
} from "./index.js";
import { at, failure, LIMIT, next, Stage, told, until } from "./testing/stage.js";

void test("an endpoint is a type and an address", () => {
  const bind = new ZmqEndpoint(ZmqEndpointType.bind, "tcp://127.0.0.1:5555");
  assert.deepEqual({ ...bind }, { type: "bind", address: "tcp://127.0.0.1:5555" });
  assert.equal(String(bind), "bind tcp://127.0.0.1:5555");
  assert.deepEqual(ZmqEndpoint.bind("inproc://a"), new ZmqEndpoint("bind", "inproc://a"));
  assert.deepEqual(ZmqEndpoint.connect("inproc://a"), new ZmqEndpoint("connect", "inproc://a"));
});

/** The longest path of a Unix socket: the system's sockaddr_un has 108 bytes, or 104. */
const IPC_PATH_LIMIT = process.platform === "linux" ? 107 : 103;

void test("what libzmq understands is taken", () => {
  for (const address of [
    "tcp://*:5555",
    "tcp://*:*",
    "tcp://eth0:*",
    "tcp://127.0.0.1:0",
    "tcp://[::1]:5555",
    "ipc:///tmp/feed",
    "ipc://relative",
    "ipc://@abstract",
    "ipc://*",
    "inproc://name with spaces",
    "udp://*:5555",
    "epgm://eth0;239.192.1.1:5555",
  ]) {
    assert.equal(ZmqEndpoint.bind(address).address, address);
  }
  for (const address of [
    "tcp://localhost:5555",
    "tcp://example.org:65535",
    "tcp://my_host-1:5555",
    "tcp://192.0.2.1:0;192.0.2.2:5555",
    "tcp://[::1]:0;[fe80::1%eth0]:5555",
    `ipc://${"x".repeat(IPC_PATH_LIMIT)}`,
    "inproc://a",
  ]) {
    assert.equal(ZmqEndpoint.connect(address).address, address);
  }
});

void test("typos are told at once, and what would be right", () => {
  const tooLong = new RegExp(`has ${IPC_PATH_LIMIT} bytes at most`);
  const wrong: [() => unknown, RegExp][] = [
    [() => ZmqEndpoint.bind("tpc://127.0.0.1:5555"), /unknown transport "tpc"; there are tcp, ipc/],
    [() => ZmqEndpoint.bind("TCP://127.0.0.1:5555"), /written transport:\/\/place/],
    [() => ZmqEndpoint.connect("127.0.0.1:5555"), /written transport:\/\/place, as in tcp:/],
    [() => ZmqEndpoint.connect("tcp:/127.0.0.1:5555"), /written transport:\/\/place/],
    [() => ZmqEndpoint.connect(""), /written transport:\/\/place/],
    [() => ZmqEndpoint.connect("tcp://127.0.0.1"), /tcp:\/\/ wants host:port/],
    [() => ZmqEndpoint.connect("tcp://:5555"), /tcp:\/\/ wants host:port/],
    [() => ZmqEndpoint.connect("tcp://host:http"), /tcp:\/\/ wants host:port/],
    [() => ZmqEndpoint.connect("tcp://host:-1"), /tcp:\/\/ wants host:port/],
    [() => ZmqEndpoint.bind("tcp://*:!"), /tcp:\/\/ wants host:port/],
    [() => ZmqEndpoint.connect("tcp:///host:5555"), /"\/host" is no name of a host/],
    [() => ZmqEndpoint.connect("tcp://me@host:5555"), /"me@host" is no name of a host/],
    [() => ZmqEndpoint.connect("tcp://-host:5555"), /"-host" is no name of a host/],
    [() => ZmqEndpoint.connect("tcp://127.0.0.1;127.0.0.1:5555"), /tcp:\/\/ wants host:port/],
    [() => ZmqEndpoint.connect("tcp://127.0.0.1:x;host:5555"), /tcp:\/\/ wants host:port/],
    [() => ZmqEndpoint.connect("tcp://[::1:5555"), /tcp:\/\/ wants host:port/],
    [() => ZmqEndpoint.connect("tcp://::1]:5555"), /tcp:\/\/ wants host:port/],
    [() => ZmqEndpoint.bind("tcp://*:65536"), /ports end at 65535/],
    [() => ZmqEndpoint.connect("tcp://host:99999"), /ports end at 65535/],
    [() => ZmqEndpoint.connect("tcp://*:5555"), /wildcard host can only be bound/],
    [() => ZmqEndpoint.connect("tcp://host:*"), /wildcard port can only be bound/],
    [() => ZmqEndpoint.connect("tcp://host:0"), /wildcard port can only be bound/],
    [() => ZmqEndpoint.bind("ipc://"), /ipc:\/\/ wants a name/],
    [() => ZmqEndpoint.connect("ipc://*"), /wildcard name can only be bound/],
    [() => ZmqEndpoint.bind("inproc://"), /inproc:\/\/ wants a name/],
    [() => ZmqEndpoint.bind("inproc://work\0ers"), /has no NUL/],
    [() => ZmqEndpoint.connect("ipc:///tmp/feed\0"), /has no NUL/],
    [() => ZmqEndpoint.bind(`ipc:///${"x".repeat(IPC_PATH_LIMIT)}`), tooLong],
    [() => ZmqEndpoint.bind(`ipc://${"é".repeat(54)}`), tooLong],
    [() => ZmqEndpoint.bind(undefined as never), /an address is a string/],
    [() => ZmqEndpoint.bind(5555 as never), /an address is a string/],
    [() => new ZmqEndpoint("listen" as never, "inproc://a"), /type is "bind" or "connect"/],
  ];
  for (const [make, why] of wrong) assert.throws(make, failure(ZmqEndpointError, why));
  assert.throws(
    () => ZmqEndpoint.bind("tpc://127.0.0.1:5555"),
    (error) => {
      assert(error instanceof ZmqEndpointError);
      assert.equal(error.address, "tpc://127.0.0.1:5555");
      assert(error.message.startsWith('bad endpoint "tpc://127.0.0.1:5555": '));
      return true;
    },
  );
});

const WITHOUT_IPV6 = Object.values(networkInterfaces()).every((addresses) =>
  addresses?.every(({ address }) => address !== "::1"),
);

for (const options of [{}, { ipv6: false }, { ipv6: true }]) {
  const what = `IPv6 addresses work with ${JSON.stringify(options)}`;
  void test(what, { timeout: LIMIT, skip: WITHOUT_IPV6 && "no IPv6 here" }, async (t) => {
    const stage = new Stage(t);
    const warnings: Error[] = [];
    const warned = (warning: Error): number => warnings.push(warning);
    process.on("warning", warned);
    t.after(() => process.off("warning", warned));
    const pull = stage.make(ZmqPullConnection, options);
    const push = stage.make(ZmqPushConnection, options);
    for (const place of ["[::1]", "::1", "[::]", "[::ffff:127.0.0.1]"]) {
      pull.addEndpoints({ bind: `tcp://${place}:*` });
      const bound = at(pull);
      assert.match(bound, /^tcp:\/\/\[::.*\]:\d+$/);
      push.addEndpoints({ connect: pull.address });
      await push.send(place);
      assert.deepEqual(await next(pull), [place]);
      push.removeEndpoints({ connect: pull.address });
      pull.removeEndpoints({ bind: bound });
      await until(() => isFree(stage, bound));
    }
    pull.addEndpoints({ bind: "tcp://*:*" });
    const wildcard = options.ipv6 === true ? /^tcp:\/\/\[::\]:/ : /^tcp:\/\/0\.0\.0\.0:/;
    assert.match(at(pull), wildcard, "an IPv6 address changes nothing for what comes after it");
    assert.deepEqual(warnings, []);
  });
}

function isFree(stage: Stage, address: string): boolean {
  try {
    stage.bind(ZmqPullConnection, {}, address);
    return true;
  } catch (error) {
    return !failure(ZmqAddressInUseError)(error);
  }
}

void test("what is connected to by IPv6 is found again when it comes back", {
  timeout: LIMIT,
  skip: WITHOUT_IPV6 && "no IPv6 here",
}, async (t) => {
  const stage = new Stage(t);
  const pull = stage.bind(ZmqPullConnection, {}, "tcp://[::1]:*");
  const address = at(pull);
  const push = stage.make(ZmqPushConnection, { reconnectInterval: 1 });
  const lost = told(push, "disconnected");
  push.addEndpoints({ connect: address });
  await push.send("first");
  assert.deepEqual(await next(pull), ["first"]);
  await pull.shutdown();
  await lost;
  const again = stage.bind(ZmqPullConnection, {}, address);
  await push.send("second");
  assert.deepEqual(await next(again), ["second"]);
});

void test("a peer on this machine connects to loopback where all interfaces are bound", () => {
  for (const transport of ["tcp", "udp", "ws", "wss"]) {
    for (const host of ["*", "0.0.0.0"]) {
      assert.equal(reachable(`${transport}://${host}:5555`), `${transport}://127.0.0.1:5555`);
    }
    assert.equal(reachable(`${transport}://[::]:5555`), `${transport}://[::1]:5555`);
  }
  for (const address of ["udp://239.0.0.1:5555", "tcp://192.0.2.1:5555", "ipc://*:5555"]) {
    assert.equal(reachable(address), address);
  }
});

void test("addresses of IPv6 are told from all others", () => {
  for (const address of [
    ...["tcp://[::1]:5555", "tcp://::1:5555", "tcp://[fe80::1%eth0]:*", "tcp://[::]:*"],
    ...["tcp://192.0.2.1:0;[::1]:5555", "udp://[ff02::1]:5555", "ws://[2001:db8::7]:80/path"],
  ]) {
    assert.equal(hasIPv6Address(address), true, address);
  }
  for (const address of [
    ...["tcp://127.0.0.1:5555", "tcp://*:*", "tcp://eth0:1:5555", "tcp://localhost:5555"],
    ...["ipc://[::1]:5", "ipc://a:b", "inproc://::1", "inproc://x"],
  ]) {
    assert.equal(hasIPv6Address(address), false, address);
  }
});
