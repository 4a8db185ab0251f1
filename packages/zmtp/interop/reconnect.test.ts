/* What becomes of messages when a peer goes and comes back, beside libzmq. */
import type { SocketTypeName } from "tx0mq";
import { bindAgain, type Stage, SUCCEEDED, same, subscribed } from "./same.js";
import type { TestOptions, TestSocket } from "./sockets.js";

/** Another peer where the last one was. */
async function back(
  stage: Stage,
  type: SocketTypeName,
  address: string,
  options: TestOptions = {},
): Promise<TestSocket> {
  const peer = await stage.peer(type, options);
  if (stage.role === "binds") await peer.connect(address);
  else await bindAgain(peer, address);
  return peer;
}

for (const [type, other] of [
  ["PUSH", "PULL"],
  ["DEALER", "DEALER"],
  ["PAIR", "PAIR"],
] as const) {
  same(`${type}: what is sent while the peer is away`, async (stage: Stage) => {
    const sut = await stage.sut(type);
    const first = await stage.peer(other);
    const address = await stage.meet(sut, first);
    await sut.send("before");
    const seen: unknown[] = [await first.receive()];
    await first.close();
    await sut.saw("disconnected");
    // libzmq tells of it a moment before its socket hears of it, and loses what was sent meanwhile.
    if (stage.isOnLibzmq && stage.role === "binds") {
      while ((await sut.trySend("lost")) === "sent");
    }
    for (const text of ["one", "two", "three"]) seen.push(await sut.trySend(text));
    const second = await back(stage, other, address);
    await sut.saw(SUCCEEDED, 2);
    await sut.send("end");
    seen.push(await second.receiveUntil("end"));
    return seen;
  });
}

for (const [type, other] of [
  ["PULL", "PUSH"],
  ["DEALER", "DEALER"],
  ["PAIR", "PAIR"],
  ["SUB", "PUB"],
] as const) {
  same(`${type}: what a peer that has gone had sent before`, async (stage: Stage) => {
    const sut = await stage.sut(type);
    const peer = await stage.peer(other, { lingerPeriod: -1 });
    const address = await stage.meet(sut, peer);
    if (type === "SUB") {
      await sut.set("subscribe", "");
      await subscribed(peer, sut);
    }
    for (const text of ["one", "two", "three"]) await peer.send(text);
    await peer.close();
    await sut.saw("disconnected");
    const seen: unknown[] = [await sut.receiveAll(3), await sut.tryReceive()];
    if (type === "PAIR") return seen; // when it takes another peer no event tells
    const second = await back(stage, other, address);
    await sut.saw(SUCCEEDED, 2);
    if (type === "SUB") await subscribed(second, sut);
    await second.send("end");
    return [...seen, await sut.receive()];
  });
}

same(
  "PULL: what has come is there to be read after a disconnect, which libzmq throws away",
  async (stage: Stage) => {
    const pull = await stage.sut("PULL");
    const push = await stage.peer("PUSH", { lingerPeriod: -1 });
    const address = await stage.meet(pull, push);
    await push.send("one");
    await push.send("two");
    await push.close();
    await pull.saw("disconnected");
    await pull.disconnect(address);
    return pull.receiveAll(2);
  },
  { roles: ["connects"], deliberately: [["one"], ["two"]] },
);

same("PUB: what is published while the subscriber is away", async (stage: Stage) => {
  const pub = await stage.sut("PUB");
  const first = await stage.peer("SUB");
  const address = await stage.meet(pub, first);
  await first.set("subscribe", "");
  await subscribed(pub, first);
  await first.close();
  await pub.saw("disconnected");
  const seen: unknown[] = [];
  for (const text of ["one", "two", "three"]) seen.push(await pub.trySend(text));
  const second = await stage.peer("SUB");
  await second.set("subscribe", "");
  if (stage.role === "binds") await second.connect(address);
  else await bindAgain(second, address);
  seen.push(await pub.sendUntil(second.receiveUntil("end"), "end"));
  return seen;
});

same("REQ: a request whose peer has gone, and no other", async (stage: Stage) => {
  const req = await stage.sut("REQ");
  const first = await stage.peer("REP");
  const address = await stage.meet(req, first);
  await req.send("request");
  const seen: unknown[] = [await first.receive()];
  await first.close();
  await req.saw("disconnected");
  const second = await back(stage, "REP", address);
  await req.saw(SUCCEEDED, 2);
  await second.saw(SUCCEEDED);
  seen.push(await req.trySend("another"), await req.tryReceive());
  return seen;
});

for (const correlate of [true, false]) {
  same(`REQ with relaxed, correlate ${correlate}: it asks again`, async (stage: Stage) => {
    const req = await stage.sut("REQ", { relaxed: true, correlate });
    const first = await stage.peer("REP");
    const address = await stage.meet(req, first);
    await req.send("request");
    const seen: unknown[] = [await first.receive()];
    await first.close();
    await req.saw("disconnected");
    const second = await back(stage, "REP", address);
    await req.saw(SUCCEEDED, 2);
    await req.send("again");
    seen.push(await second.receive());
    await second.send("reply");
    seen.push(await req.receive());
    return seen;
  });
}

same("REQ with relaxed and correlate: a late reply is dropped", async (stage: Stage) => {
  const req = await stage.sut("REQ", { relaxed: true, correlate: true, routingId: "req" });
  const router = await stage.peer("ROUTER");
  await stage.meet(req, router);
  await req.send("one");
  const [id, number, empty, ...one] = await router.receive();
  await req.send("two");
  const [, another, , ...two] = await router.receive();
  await router.send(id ?? "", number ?? "", empty ?? "", "late");
  await router.send(id ?? "", another ?? "", empty ?? "", "in time");
  return [one, two, number?.length, another?.length, await req.receive()];
});

same("REQ: a reply that is malformed ends the connection", async (stage: Stage) => {
  const req = await stage.sut("REQ", { routingId: "req" });
  const router = await stage.peer("ROUTER", { handover: true });
  await stage.meet(req, router);
  await req.send("one");
  await router.receive();
  await router.send("req", "no envelope");
  await req.saw("disconnected");
  await router.saw("disconnected");
  return [req.count("handshakeFailed protocol"), req.count("retried")];
});

same(
  "REQ: a reply of another peer, while the one that was asked is there",
  async (stage: Stage) => {
    const req = await stage.sut("REQ", { routingId: "req" });
    const [one, other] = [await stage.peer("ROUTER"), await stage.peer("ROUTER")];
    await stage.meet(req, one, other);
    await req.send("request");
    await one.receive();
    await other.send("req", "", "from the other");
    await other.send("req", "", "from the other again");
    await one.send("req", "", "reply");
    const seen: unknown[] = [await req.receive()];
    await req.send("next");
    seen.push(await other.receive());
    await other.send("req", "", "reply");
    seen.push(await req.receive());
    return seen;
  },
);

same("ROUTER: a peer that comes back under another name", async (stage: Stage) => {
  const router = await stage.sut("ROUTER", { mandatory: true });
  const first = await stage.peer("DEALER", { routingId: "first" });
  const address = await stage.meet(router, first);
  await router.send("first", "one");
  const seen: unknown[] = [await first.receive(), await router.trySend("nobody", "x")];
  await first.close();
  await router.saw("disconnected");
  if (stage.role === "binds") {
    // When the socket hears of it no event tells.
    await router.until(() => true);
    for (let outcome = ""; outcome !== "EHOSTUNREACH"; )
      outcome = await router.trySend("first", "x");
  } else seen.push(await router.trySend("first", "while away"));
  const second = await back(stage, "DEALER", address, { routingId: "second" });
  await router.saw(SUCCEEDED, 2);
  await second.saw(SUCCEEDED);
  await second.send("hello");
  seen.push(await router.receive());
  seen.push(await router.trySend("first", "two"), await router.trySend("second", "two"));
  seen.push(await second.receive());
  return seen;
});

for (const type of ["DEALER", "ROUTER"] as const) {
  same(
    `${type} with probeRouter: what a ROUTER hears, and after a reconnect`,
    async (stage: Stage) => {
      const sut = await stage.sut(type, { probeRouter: true, routingId: "sut" });
      const first = await stage.peer("ROUTER", { routingId: "peer" });
      const address = await stage.meet(sut, first);
      const send = (text: string) => (type === "DEALER" ? sut.send(text) : sut.send("peer", text));
      await send("one");
      const seen: unknown[] = [await first.receive(), await first.receive()];
      await first.close();
      await sut.saw("disconnected");
      const second = await back(stage, "ROUTER", address, { routingId: "peer" });
      await sut.saw(SUCCEEDED, 2);
      await second.saw(SUCCEEDED);
      await send("end");
      seen.push(await second.receiveUntil("end"));
      return seen;
    },
  );
}
