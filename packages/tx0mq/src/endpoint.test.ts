import assert from "node:assert/strict";
import { test } from "node:test";
import { ZmqEndpoint, ZmqEndpointError, ZmqEndpointType } from "./index.js";
import { failure } from "./testing/stage.js";

void test("an endpoint is a type and an address", () => {
  const bind = new ZmqEndpoint(ZmqEndpointType.bind, "tcp://127.0.0.1:5555");
  assert.deepEqual({ ...bind }, { type: "bind", address: "tcp://127.0.0.1:5555" });
  assert.equal(String(bind), "bind tcp://127.0.0.1:5555");
  assert.deepEqual(ZmqEndpoint.bind("inproc://a"), new ZmqEndpoint("bind", "inproc://a"));
  assert.deepEqual(ZmqEndpoint.connect("inproc://a"), new ZmqEndpoint("connect", "inproc://a"));
});

void test("what libzmq understands is taken", () => {
  for (const address of [
    "tcp://*:5555",
    "tcp://*:*",
    "tcp://eth0:!",
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
    "tcp://192.0.2.1:0;192.0.2.2:5555",
    `ipc://${"x".repeat(107)}`,
    "inproc://a",
  ]) {
    assert.equal(ZmqEndpoint.connect(address).address, address);
  }
});

void test("typos are told at once, and what would be right", () => {
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
    [() => ZmqEndpoint.bind("tcp://*:65536"), /ports end at 65535/],
    [() => ZmqEndpoint.connect("tcp://host:99999"), /ports end at 65535/],
    [() => ZmqEndpoint.connect("tcp://*:5555"), /wildcard host can only be bound/],
    [() => ZmqEndpoint.connect("tcp://host:*"), /wildcard port can only be bound/],
    [() => ZmqEndpoint.connect("tcp://host:0"), /wildcard port can only be bound/],
    [() => ZmqEndpoint.bind("ipc://"), /ipc:\/\/ wants a name/],
    [() => ZmqEndpoint.bind("inproc://"), /inproc:\/\/ wants a name/],
    [() => ZmqEndpoint.bind(`ipc:///${"x".repeat(107)}`), /107 bytes at most/],
    [() => ZmqEndpoint.bind(`ipc://${"é".repeat(54)}`), /107 bytes at most/],
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
