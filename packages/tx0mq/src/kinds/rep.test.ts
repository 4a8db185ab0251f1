import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import {
  EMPTY,
  type Message,
  proxy,
  ZmqDealerConnection,
  ZmqOptionError,
  ZmqProtocolError,
  ZmqRepConnection,
  ZmqReqConnection,
  ZmqRouterConnection,
} from "../index.js";
import {
  failure,
  next,
  place,
  prove,
  type Stage,
  TRANSPORTS,
  text,
  told,
  until,
} from "../testing/stage.js";
import { rawClient } from "../testing/zmtp.js";

/** A REP that echoes, and the errors that it reports. */
function echoing(stage: Stage, address = place()): { rep: ZmqRepConnection; errors: Error[] } {
  const rep = stage.bind(ZmqRepConnection, {}, address);
  const errors: Error[] = [];
  rep.on("error", (error) => errors.push(error));
  rep.on("message", (request) => rep.send(request));
  return { rep, errors };
}

/** What is no request, and with which frames it is refused. */
const MALFORMED: string[][] = [["no envelope"], ["nor", "here"], [""], ["id", ""], ["", "", ""]];

prove(
  "the peer after one that sends no envelope and closes at once gets its reply",
  async (stage) => {
    const { rep, errors } = echoing(stage);
    for (const [n, frames] of MALFORMED.slice(0, 4).entries()) {
      for (const type of ["REQ", "DEALER"]) {
        const stranger = await rawClient(stage, rep.address, type);
        await until(() => stranger.heard.includes("READY"));
        stranger.send(frames);
        await stranger.end();
        const req = stage.connect(ZmqReqConnection, rep);
        for (const request of ["one", "two"]) {
          await req.send([request, String(n)]);
          assert.deepEqual(await next(req), [request, String(n)]);
        }
      }
    }
    for (const error of errors) failure(ZmqProtocolError, /malformed message refused/)(error);
  },
);

prove("a message that breaks off is none", async (stage) => {
  const { rep, errors } = echoing(stage);
  for (const frames of [[""], ["", "half"], ["id", "", "half"], ["id"]]) {
    const stranger = await rawClient(stage, rep.address, "DEALER");
    await until(() => stranger.heard.includes("READY"));
    stranger.send(frames, true);
    await stranger.end();
    const req = stage.connect(ZmqReqConnection, rep);
    await req.send("whole");
    assert.deepEqual(await next(req), ["whole"]);
  }
  assert.deepEqual(errors, []);
});

for (const transport of TRANSPORTS) {
  prove(
    `what is no request is reported and does not use the turn up, ${transport}`,
    async (stage) => {
      const { rep, errors } = echoing(stage, place(transport));
      const dealer = stage.connect(ZmqDealerConnection, rep, { routingId: "stranger" });
      const malformed = MALFORMED.slice(0, 4);
      for (const [n, frames] of malformed.entries()) {
        await dealer.send(frames);
        await dealer.send(["", `request ${n}`]);
        assert.deepEqual(await next(dealer), ["", `request ${n}`]);
      }
      assert.deepEqual(
        errors.map((error) => text((error as ZmqProtocolError).frames)),
        malformed.map((frames) => ["stranger", ...frames]),
      );
    },
  );

  prove(`replies go back through the whole envelope, over ${transport}`, async (stage) => {
    const { rep } = echoing(stage, place(transport));
    const dealers = ["A", "B"].map((routingId) =>
      stage.connect(ZmqDealerConnection, rep, { routingId }),
    );
    for (const dealer of dealers) {
      await dealer.send(["", "first"]);
      await dealer.send(["broker", "client", "", "second", "", "third"]);
    }
    for (const dealer of dealers) {
      assert.deepEqual(await next(dealer), ["", "first"]);
      assert.deepEqual(await next(dealer), ["broker", "client", "", "second", "", "third"]);
    }
  });
}

prove("a request that waits in the connection keeps its envelope", async (stage) => {
  const rep = stage.bind(ZmqRepConnection, {}, place("inproc"));
  const dealer = stage.connect(ZmqDealerConnection, rep);
  const given = assert.rejects(rep.receive({ timeout: 1 }));
  await given; // what comes now is kept for the next one
  await dealer.send(["one", EMPTY, "request"]);
  await dealer.send(["two", EMPTY, "request"]);
  await until(() => rep.readable);
  for (const id of ["one", "two"]) {
    await rep.receive();
    await assert.rejects(rep.send([]));
    await assert.rejects(rep.send(undefined as never));
    await assert.rejects(rep.send("x", { signal: AbortSignal.abort() }));
    await rep.send("reply");
    assert.deepEqual(await next(dealer), [id, "", "reply"]);
  }
});

prove("a REP has the options of a REP", (stage) => {
  for (const options of [{ mandatory: true }, { handover: true }, { probeRouter: true }]) {
    const [name] = Object.keys(options);
    const why = new RegExp(`option ${name}: REP sockets do not have it`);
    assert.throws(
      () => stage.make(ZmqRepConnection, options as object),
      failure(ZmqOptionError, why),
    );
  }
  const rep = stage.make(ZmqRepConnection, { routingId: "me" });
  assert.equal(rep.socketType, "REP");
  assert.equal(ZmqRepConnection.socketType, "REP");
});

prove("a REP that connects serves ROUTERs, DEALERs and REQs that bind", async (stage) => {
  const rep = stage.make(ZmqRepConnection, { routingId: "server" });
  rep.on("message", (request) => rep.send(request));
  const router = stage.bind(ZmqRouterConnection, { mandatory: true });
  const there = router.peers(1);
  rep.addEndpoints({ connect: router.address });
  await there;
  await router.send(["server", "client", EMPTY, "request"]);
  assert.deepEqual(await next(router), ["server", "client", "", "request"]);
  const dealer = stage.bind(ZmqDealerConnection);
  rep.addEndpoints({ connect: dealer.address });
  await dealer.send([EMPTY, "request"]);
  assert.deepEqual(await next(dealer), ["", "request"]);
  const req = stage.bind(ZmqReqConnection);
  rep.addEndpoints({ connect: req.address });
  await req.send("request");
  assert.deepEqual(await next(req), ["request"]);
});

prove("a proxy takes turns between REP and REQ", async (stage) => {
  const { rep } = echoing(stage);
  const frontend = stage.bind(ZmqRepConnection);
  proxy(frontend, stage.connect(ZmqReqConnection, rep));
  const reqs = [1, 2].map(() => stage.connect(ZmqReqConnection, frontend));
  for (const request of ["one", "two"]) {
    await Promise.all(
      reqs.map(async (req, n) => {
        await req.send([request, String(n)]);
        assert.deepEqual(await next(req), [request, String(n)]);
      }),
    );
  }
});

const FAILS: Record<string, (rep: ZmqRepConnection) => unknown> = {
  throws() {
    throw new Error("no idea");
  },
  async rejects() {
    throw new Error("no idea");
  },
  "has no reply that can be sent": (rep) => rep.send(undefined as never),
};

for (const [how, fails] of Object.entries(FAILS)) {
  prove(`a request whose handler ${how} gets no reply, and the next one does`, async (stage) => {
    class Overriding extends ZmqRepConnection {
      override messageReceived(request: Message): unknown {
        return String(request) === "bad" ? fails(this) : this.send(request);
      }
    }
    const listening = stage.bind(ZmqRepConnection);
    listening.on("message", (request) =>
      String(request) === "bad" ? fails(listening) : listening.send(request),
    );
    for (const rep of [listening, stage.bind(Overriding)]) {
      const errors: Error[] = [];
      rep.on("error", (error) => errors.push(error));
      const dealer = stage.connect(ZmqDealerConnection, rep);
      for (const request of ["bad", "bad", "good"]) await dealer.send(["", request]);
      assert.deepEqual(await next(dealer), ["", "good"]);
      assert.equal(errors.length, 2);
    }
  });
}

prove("a handler that fails after its reply takes no turn from the next request", async (stage) => {
  const rep = stage.bind(ZmqRepConnection);
  const failed = told(rep, "error");
  let inHand = false;
  rep.on("message", async (request) => {
    if (String(request) === "one") {
      await rep.send("reply to one");
      await until(() => inHand);
      throw new Error("after the reply");
    }
    inHand = true;
    await failed;
    await turn();
    await rep.send("reply to two");
  });
  const dealer = stage.connect(ZmqDealerConnection, rep);
  await dealer.send(["", "one"]);
  await dealer.send(["", "two"]);
  assert.deepEqual(await next(dealer), ["", "reply to one"]);
  assert.deepEqual(await next(dealer), ["", "reply to two"]);
});

prove(
  "while another handler is at work on a request, its turn is kept for that one",
  async (stage) => {
    const rep = stage.bind(ZmqRepConnection);
    rep.on("error", () => undefined);
    rep.on("message", () => {
      throw new Error("thrown");
    });
    rep.on("message", async () => {
      throw new Error("rejected");
    });
    rep.on("message", async (request) => {
      await turn();
      await rep.send(request);
    });
    const dealers = ["A", "B"].map((routingId) =>
      stage.connect(ZmqDealerConnection, rep, { routingId }),
    );
    for (const dealer of dealers) await dealer.send(["", `of ${dealers.indexOf(dealer)}`]);
    for (const dealer of dealers) {
      assert.deepEqual(await next(dealer), ["", `of ${dealers.indexOf(dealer)}`]);
    }
  },
);
