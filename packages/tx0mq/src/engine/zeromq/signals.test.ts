import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { ZmqDealerConnection, ZmqEndpoint } from "../../index.js";
import { next, place, prove, type Stage, settled } from "../../testing/stage.js";
import { binding } from "./binding.js";

const source = new URL("../../", import.meta.url);

void test("only this engine imports the zeromq package", async () => {
  const importers: string[] = [];
  for (const file of await readdir(source, { recursive: true })) {
    if (!file.endsWith(".ts") || file.endsWith(".test.ts")) continue;
    if (
      /(?:from |import\(|require\()["']zeromq["'/]/.test(
        await readFile(new URL(file, source), "utf8"),
      )
    )
      importers.push(file);
  }
  assert.deepEqual(importers.sort(), ["engine/zeromq/binding.ts"]);
});

/*
 * libzmq signals a change once, and whoever looks at the socket takes the signal. Over inproc a
 * change comes from this very thread, so that each of these can put it where it hurts.
 */

/** Messages go to peers that are there alone, not to one that will never be. */
const IMMEDIATE = { immediate: true };

/** A DEALER with neither peer nor room. */
function lonely(stage: Stage): { dealer: ZmqDealerConnection; address: string } {
  const address = place("inproc");
  return { dealer: stage.bind(ZmqDealerConnection, IMMEDIATE, address), address };
}

/** Two DEALERs, the second of which the first cannot send to any more. */
async function full(stage: Stage): Promise<[ZmqDealerConnection, ZmqDealerConnection]> {
  const marks = { ...IMMEDIATE, sendHighWaterMark: 1, receiveHighWaterMark: 1 };
  const dealer = stage.bind(ZmqDealerConnection, marks, place("inproc"));
  const peer = stage.connect(ZmqDealerConnection, dealer, marks);
  while (dealer.writable) await dealer.send("filling");
  return [dealer, peer];
}

/** What makes both a send and a receive wait. */
async function bothWait(
  dealer: ZmqDealerConnection,
): Promise<{ sent: Promise<void>; received: Promise<string[]> }> {
  const received = next(dealer);
  const sent = dealer.send("waits");
  assert.equal(await settled(sent), false);
  assert.equal(await settled(received), false);
  return { sent, received };
}

prove("a receive that begins to wait leaves a waiting send its signal", async (stage) => {
  const { dealer, address } = lonely(stage);
  const sent = dealer.send("waits");
  assert.equal(await settled(sent), false);
  const peer = stage.connect(ZmqDealerConnection, address);
  const received = next(dealer); // looks at the socket
  await sent;
  assert.deepEqual(await next(peer), ["waits"]);
  await peer.send("back");
  assert.deepEqual(await received, ["back"]);
});

prove("a send that begins to wait leaves a waiting receive its signal", async (stage) => {
  const [dealer, peer] = await full(stage);
  const received = next(dealer);
  assert.equal(await settled(received), false);
  const sent = dealer.send("waits");
  void peer.send("back"); // arrives before the send has begun to wait
  assert.deepEqual(await received, ["back"]);
  while ((await next(peer))[0] !== "waits");
  await sent;
});

prove("a receive that times out leaves a waiting send its signal", async (stage) => {
  const { dealer, address } = lonely(stage);
  const sent = dealer.send("waits");
  assert.equal(await settled(sent), false);
  const received = dealer.receive({ timeout: 5 }).catch((error: Error) => error.name);
  assert.equal(await settled(received), false);
  const peer = stage.connect(ZmqDealerConnection, address);
  // The timer is due before the event loop sees the signal.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
  assert.equal(await received, "ZmqTimeoutError");
  await sent;
  assert.deepEqual(await next(peer), ["waits"]);
});

const looks: Record<string, (dealer: ZmqDealerConnection) => unknown> = {
  readable: (dealer) => dealer.readable,
  writable: (dealer) => dealer.writable,
  bind: (dealer) => dealer.addEndpoints(ZmqEndpoint.bind(place("tcp"))),
  "bind in vain": (dealer) =>
    assert.throws(() => dealer.addEndpoints(ZmqEndpoint.bind(`ipc:///nowhere/${process.pid}/x`))),
  connect: (dealer) => dealer.addEndpoints(ZmqEndpoint.connect("tcp://127.0.0.1:1")),
  "connect in vain": (dealer) =>
    assert.throws(() => dealer.addEndpoints(ZmqEndpoint.connect("tcp://no host at all:1"))),
  "another receive": (dealer) => void dealer.receive({ timeout: 0 }).catch(() => undefined),
  "another send": (dealer) => void dealer.send("another"),
};

for (const [name, look] of Object.entries(looks)) {
  prove(`neither is a waiting send lost to a look at the socket: ${name}`, async (stage) => {
    const { dealer, address } = lonely(stage);
    const { sent, received } = await bothWait(dealer);
    const peer = stage.connect(ZmqDealerConnection, address);
    look(dealer);
    await sent;
    while ((await next(peer))[0] !== "waits");
    await peer.send("back");
    assert.deepEqual(await received, ["back"]);
  });

  prove(`nor is a waiting receive: ${name}`, async (stage) => {
    const [dealer, peer] = await full(stage);
    const { sent, received } = await bothWait(dealer);
    void peer.send("back");
    look(dealer);
    assert.deepEqual(await received, ["back"]);
    while ((await next(peer))[0] !== "waits");
    await sent;
  });

  prove(`nor a waiting send that waits alone: ${name}`, async (stage) => {
    const { dealer, address } = lonely(stage);
    const sent = dealer.send("waits");
    assert.equal(await settled(sent), false);
    const peer = stage.connect(ZmqDealerConnection, address);
    look(dealer);
    await sent;
    while ((await next(peer))[0] !== "waits");
  });

  prove(`nor a waiting receive that waits alone: ${name}`, async (stage) => {
    const { dealer, address } = lonely(stage);
    const peer = stage.connect(ZmqDealerConnection, address);
    const received = next(dealer);
    assert.equal(await settled(received), false);
    void peer.send("back");
    look(dealer);
    assert.deepEqual(await received, ["back"]);
  });
}

prove("receives that find a message at once do not disturb a waiting send", async (stage) => {
  const [dealer, peer] = await full(stage);
  const sent = dealer.send("waits");
  for (let n = 0; n < 3; n += 1) void peer.send(String(n));
  await turn();
  // The binding's own methods cannot be watched; a connection opened to wake the send sets the linger period.
  const set = stage.t.mock.method(binding().NativeSocket.prototype, "setNumber");
  const LINGER = 17;
  assert.deepEqual(await next(dealer), ["0"]);
  assert(set.mock.calls.every(({ arguments: [option] }) => option !== LINGER));
  assert.equal(await settled(sent), false);
  while ((await next(peer))[0] !== "waits");
  await sent;
});
