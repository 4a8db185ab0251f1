import assert from "node:assert/strict";
import { once } from "node:events";
import { createConnection } from "node:net";
import {
  ZmqAbortError,
  ZmqAuthenticator,
  ZmqClosedError,
  ZmqPubConnection,
  ZmqPullConnection,
  ZmqRouterConnection,
  ZmqSubConnection,
  ZmqTimeoutError,
} from "../index.js";
import { Child } from "../testing/child.js";
import { failure, HOST, place, prove, settled, told, until } from "../testing/stage.js";
import { Peers } from "./peers.js";

prove("peers() waits until so many are there, and counts those that leave", async (stage) => {
  const pub = stage.make(ZmqPubConnection);
  const three = pub.peers(3);
  pub.addEndpoints({ bind: place() });
  await pub.peers(0);
  const [first] = [1, 2].map(() => stage.connect(ZmqSubConnection, pub));
  await pub.peers(2);
  assert.equal(await settled(three), false);
  const left = told(pub, "disconnected");
  await first?.shutdown();
  await left;
  const two = pub.peers(2);
  stage.connect(ZmqSubConnection, pub);
  await two;
  assert.equal(await settled(three), false);
  stage.connect(ZmqSubConnection, pub);
  await three;
});

prove("peers() counts on the connecting side as well", async (stage) => {
  const sub = stage.make(ZmqSubConnection);
  const two = sub.peers(2);
  const pubs = [1, 2].map(() => stage.bind(ZmqPubConnection));
  sub.addEndpoints(pubs.map(({ address }) => ({ connect: address })));
  await two;
});

prove("a peer that is told can be sent to, however busy the ROUTER is", async (stage) => {
  const router = stage.make(ZmqRouterConnection, { mandatory: true });
  const busyWith = stage.bind(ZmqRouterConnection, { routingId: "busy with" });
  const there = router.peers(1);
  router.addEndpoints({ connect: busyWith.address });
  await there;
  let sending = true;
  stage.t.after(() => {
    sending = false;
  });
  const send = (): void => {
    if (!sending) return;
    void router.send(["busy with", "this"]).catch(() => undefined);
    setImmediate(send);
  };
  busyWith.on("message", () => undefined);
  send();
  for (let n = 0; n < 100; n += 1) {
    const peer = stage.bind(ZmqRouterConnection, { routingId: `${n}` });
    const told = once(router, "handshakeSucceeded").then(() => router.send([`${n}`, "hello"]));
    router.addEndpoints({ connect: peer.address });
    await told;
    await peer.shutdown();
  }
});

prove("peers() counts each peer over ws:// once, and none that is refused", async (stage) => {
  const auth = new ZmqAuthenticator(stage.factory);
  auth.configurePlain({ ada: "right" });
  const pub = stage.make(ZmqPubConnection, { plainServer: true });
  const refused = Promise.all([told(pub, "handshakeFailed"), told(pub, "disconnected")]);
  const one = pub.peers(1);
  pub.addEndpoints({ bind: `ws://${HOST}:*` });
  const enter = (plainPassword: string): ZmqSubConnection =>
    stage.connect(ZmqSubConnection, pub, { plainUsername: "ada", plainPassword });
  enter("wrong");
  await refused;
  assert.equal(await settled(one), false);
  const sub = enter("right");
  await one;
  await assert.rejects(pub.peers(2, { timeout: 10 }), failure(ZmqTimeoutError));
  const left = told(pub, "disconnected");
  await sub.shutdown();
  await left;
  await assert.rejects(pub.peers(1, { timeout: 0 }), failure(ZmqTimeoutError));
  const three = pub.peers(3);
  for (let n = 0; n < 3; n += 1) enter("right");
  await three;
});

prove("who is no peer is not counted", async (stage) => {
  const pub = stage.make(ZmqPubConnection);
  const one = pub.peers(1);
  pub.addEndpoints({ bind: place() });
  const failed = told(pub, "handshakeFailed");
  createConnection(Number(new URL(pub.address).port), new URL(pub.address).hostname).end("GET /");
  await failed;
  assert.equal(await settled(one), false);
  stage.connect(ZmqSubConnection, pub);
  await one;
});

prove("who waits for peers keeps the process alive", async (stage) => {
  const pull = stage.bind(ZmqPullConnection);
  const child = new Child(
    stage.t,
    `const factory = new zmq.ZmqFactory();
    const push = new zmq.ZmqPushConnection(factory, { bind: "tcp://127.0.0.1:*" });
    const there = push.peers(1);
    console.log(push.address);
    setTimeout(() => console.log("waits"), 1).unref();
    await there;
    console.log("came");
    await factory.shutdown();`,
  );
  await child.printed("waits");
  pull.addEndpoints({ connect: child.lines[0] as string });
  assert.deepEqual(await child.end, { code: 0, signal: null });
  assert.deepEqual(child.lines.slice(1), ["waits", "came"]);
});

prove("waiting for peers can be given up", async (stage) => {
  const pub = stage.bind(ZmqPubConnection);
  await assert.rejects(
    pub.peers(2, { timeout: 1 }),
    failure(ZmqTimeoutError, /no 2 peers within 1 ms/),
  );
  const controller = new AbortController();
  const aborted = pub.peers(1, { signal: controller.signal });
  controller.abort();
  await assert.rejects(aborted, failure(ZmqAbortError));
  const closed = pub.peers(1);
  void pub.shutdown();
  await assert.rejects(closed, failure(ZmqClosedError));
  await assert.rejects(pub.peers(1), failure(ZmqClosedError));
});

prove("a peer that is let go is known by its port where its host has another name", () => {
  const peers = new Peers(() => undefined);
  const here = { address: "tcp://here:5555" };
  const there = { address: "tcp://there:6666" };
  for (const address of ["tcp://10.0.0.1:5555", "tcp://10.0.0.2:6666"]) {
    peers.told({ type: "handshakeSucceeded", address });
  }
  assert.equal(peers.count, 2);
  peers.left(here.address, [there]);
  assert.equal(peers.count, 1);
  peers.left("tcp://elsewhere:6666", [there]); // it may be either
  assert.equal(peers.count, 1);
  peers.left(there.address, []);
  assert.equal(peers.count, 0);
});

prove("peers() does not count those at an endpoint that was removed", async (stage) => {
  const sub = stage.make(ZmqSubConnection);
  const two = sub.peers(2);
  const [left, kept] = [1, 2].map(() => stage.bind(ZmqPubConnection)) as [
    ZmqPubConnection,
    ZmqPubConnection,
  ];
  sub.addEndpoints([{ connect: left.address }, { connect: kept.address }]);
  await two;
  sub.removeEndpoints({ connect: left.address });
  await sub.peers(1);
  await assert.rejects(sub.peers(2, { timeout: 0 }), failure(ZmqTimeoutError));
  const again = sub.peers(2);
  sub.addEndpoints({ connect: left.address });
  await again;
});

prove("peers() does not count those of an address that was unbound", async (stage) => {
  const pub = stage.make(ZmqPubConnection);
  const two = pub.peers(2);
  pub.addEndpoints([{ bind: place() }, { bind: place() }]);
  const [left, kept] = pub.endpoints.map(({ address }) => address) as [string, string];
  const sub = stage.connect(ZmqSubConnection, left);
  stage.connect(ZmqSubConnection, kept);
  await two;
  let gone = false;
  void told(sub, "disconnected").then(() => {
    gone = true;
  });
  pub.removeEndpoints({ bind: left });
  await until(() => pub.writable && gone); // libzmq disconnects the peers when it is looked at
  await pub.peers(1);
  await assert.rejects(pub.peers(2, { timeout: 0 }), failure(ZmqTimeoutError));
});
