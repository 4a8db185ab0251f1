import assert from "node:assert/strict";
import {
  EMPTY,
  unwrap,
  ZmqDealerConnection,
  ZmqProtocolError,
  ZmqRepConnection,
  ZmqReqConnection,
  ZmqRouterConnection,
  ZmqStateError,
  ZmqTimeoutError,
  ZmqXREQConnection,
} from "../index.js";
import { failure, next, place, prove, settled, TRANSPORTS, told, until } from "../testing/stage.js";
import { rawServer } from "../testing/zmtp.js";

for (const transport of TRANSPORTS) {
  prove(`requests and replies take turns over ${transport}`, async (stage) => {
    const rep = stage.bind(ZmqRepConnection, {}, place(transport));
    const req = stage.connect(ZmqReqConnection, rep);

    await assert.rejects(rep.send("early"), failure(ZmqStateError, /receives a request before/));
    await req.send("one");
    await assert.rejects(req.send("two"), failure(ZmqStateError, /awaits its reply .*relaxed/));
    assert.deepEqual(await next(rep), ["one"]);
    await rep.send(["reply", "one"]);
    await assert.rejects(rep.send("again"), failure(ZmqStateError, /receives a request before/));
    await assert.rejects(req.send("two"), failure(ZmqStateError));
    assert.deepEqual(await next(req), ["reply", "one"]);

    await req.send("two");
    assert.deepEqual(await next(rep), ["two"]);
    await rep.send("reply two");
    assert.deepEqual(await next(req), ["reply two"]);
  });

  prove(
    `a REP goes on when the peer that it owes a reply has vanished, ${transport}`,
    async (stage) => {
      const rep = stage.bind(ZmqRepConnection, {}, place(transport));
      const requests: string[] = [];
      rep.on("message", async ([request]) => {
        requests.push(String(request));
        if (String(request) === "vanishing") {
          // What only reads the socket looks after peers as well, and a REP that owes a reply does not.
          const gone = vanishing.shutdown();
          await rep.send("to nobody");
          await gone;
        } else {
          await rep.send("to somebody");
        }
      });
      const vanishing = stage.connect(ZmqReqConnection, rep);
      await vanishing.send("vanishing");
      await until(() => vanishing.closed);
      const req = stage.connect(ZmqReqConnection, rep);
      await req.send("staying");
      assert.deepEqual(await next(req), ["to somebody"]);
      assert.deepEqual(requests, ["vanishing", "staying"]);
    },
  );
}

prove("a receive that is there before the request gets the reply", async (stage) => {
  const rep = stage.bind(ZmqRepConnection);
  const req = stage.connect(ZmqReqConnection, rep);
  const reply = next(req);
  const request = next(rep);
  await req.send("request");
  assert.deepEqual(await request, ["request"]);
  const second = next(rep);
  await rep.send("reply");
  assert.deepEqual(await reply, ["reply"]);
  await req.send("second");
  assert.deepEqual(await second, ["second"]);
});

prove("a REP has one request at a time, however it is read", async (stage) => {
  const rep = stage.bind(ZmqRepConnection);
  let open = 0;
  let most = 0;
  rep.on("message", async ([request]) => {
    open += 1;
    most = Math.max(most, open);
    await new Promise((resolve) => setImmediate(resolve));
    open -= 1;
    await rep.send(String(request));
  });
  const reqs = Array.from({ length: 5 }, () => stage.connect(ZmqReqConnection, rep));
  await Promise.all(
    reqs.map(async (req, n) => {
      for (let m = 0; m < 20; m += 1) {
        await req.send(`${n} ${m}`);
        assert.deepEqual(await next(req), [`${n} ${m}`]);
      }
    }),
  );
  assert.equal(most, 1);

  rep.removeAllListeners("message");
  for (const req of reqs) await req.send("x");
  let served = 0;
  for await (const [request] of rep) {
    await assert.rejects(rep.receive({ timeout: 0 }), failure(ZmqTimeoutError));
    await rep.send(request as Buffer);
    served += 1;
    if (served === reqs.length) break;
  }
  for (const req of reqs) assert.deepEqual(await next(req), ["x"]);
});

prove("a REQ whose reply does not come in time still awaits it", async (stage) => {
  const rep = stage.bind(ZmqRepConnection);
  const req = stage.connect(ZmqReqConnection, rep);
  await req.send("request");
  await assert.rejects(req.receive({ timeout: 1 }), failure(ZmqTimeoutError));
  await assert.rejects(req.send("once more"), failure(ZmqStateError));
  assert.deepEqual(await next(rep), ["request"]);
  await rep.send("late");
  assert.deepEqual(await next(req), ["late"]);
  await req.send("next");
  assert.deepEqual(await next(rep), ["next"]);
});

prove("what is no message does not use the turn up", async (stage) => {
  const rep = stage.bind(ZmqRepConnection);
  const req = stage.connect(ZmqReqConnection, rep);
  await assert.rejects(req.send(undefined as never));
  await req.send("request");
  await rep.receive();
  await assert.rejects(rep.send([]));
  await rep.send("reply");
  assert.deepEqual(await next(req), ["reply"]);
});

prove(
  "a relaxed REQ may ask again, and with correlate never gets a reply to what it gave up",
  async (stage) => {
    for (const transport of TRANSPORTS) {
      const router = stage.bind(ZmqRouterConnection, {}, place(transport));
      const req = stage.connect(ZmqReqConnection, router, { relaxed: true, correlate: true });
      const reply = next(req);
      await req.send("one");
      const one = unwrap(await router.receive());
      assert.equal(one.envelope.length, 3, "the peer, the request's number, the empty frame");
      assert.equal(one.envelope[1]?.length, 4);
      assert.equal(await settled(reply), false);

      await req.send("two");
      const two = unwrap(await router.receive());
      assert.deepEqual(String(two.body), "two");
      assert.notDeepEqual(two.envelope[1], one.envelope[1]);
      await router.send([...one.envelope, "reply to one"]);
      // Both over the way that is open now: the number alone tells them apart.
      await router.send([two.address, one.envelope[1] as Buffer, EMPTY, "reply to one"]);
      await router.send([...two.envelope, "reply to two"]);
      assert.deepEqual(await reply, ["reply to two"]);

      await req.send("three");
      const three = unwrap(await router.receive());
      await router.send([...three.envelope, "reply to three"]);
      assert.deepEqual(await next(req), ["reply to three"]);
    }
  },
);

prove("a REQ ignores what is no reply", async (stage) => {
  // Over the network libzmq hangs up on such a peer.
  const dealer = stage.bind(ZmqDealerConnection, {}, place("inproc"));
  const req = stage.connect(ZmqReqConnection, dealer);
  await req.send("request");
  assert.deepEqual(await next(dealer), ["", "request"]);
  await dealer.send("no empty frame");
  await dealer.send(["nor", "here"]);
  await dealer.send([EMPTY, "reply"]);
  assert.deepEqual(await next(req), ["reply"]);
});

prove(
  "a REQ whose server breaks the protocol can be connected anew, and an XREQ goes on",
  async (stage) => {
    const address = await rawServer(stage, "ROUTER", (peer) => {
      peer.socket.on("data", () => {
        if (!peer.heard.includes("request")) return;
        if (peer.heard.includes("bad request")) peer.send(["no empty frame"]);
        // An XREQ's request is its id, 16 bytes, an empty frame and its parts.
        const id = peer.heard.indexOf("\u0001\u0010");
        const envelope = id < 0 ? [] : [Buffer.from(peer.heard.slice(id + 2, id + 18), "latin1")];
        peer.send([...envelope, "", "reply"]);
        peer.heard = "";
      });
    });
    const req = stage.make(ZmqReqConnection, { relaxed: true });
    const lost = told(req, "disconnected");
    req.addEndpoints({ connect: address });
    await req.send("bad request");
    await lost;
    req.removeEndpoints({ connect: address });
    req.addEndpoints({ connect: address });
    await req.send("request");
    assert.deepEqual(await next(req), ["reply"]);

    const xreq = stage.connect(ZmqXREQConnection, address);
    const refused = told<Error>(xreq, "error");
    assert.deepEqual(String(await xreq.sendMsg("bad request")), "reply");
    failure(ZmqProtocolError)(await refused);
  },
);
