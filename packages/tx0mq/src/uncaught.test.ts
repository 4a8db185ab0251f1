import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import {
  poll,
  ZmqAbortError,
  ZmqCertificate,
  ZmqDealerConnection,
  ZmqEndpoint,
  ZmqError,
  ZmqPubConnection,
  ZmqPullConnection,
  ZmqPushConnection,
  ZmqRadioConnection,
  ZmqRepConnection,
  ZmqReqConnection,
  ZmqServerConnection,
  ZmqXPubConnection,
  ZmqXREPConnection,
  ZmqXREQConnection,
  ZmqXSubConnection,
} from "./index.js";
import { Child } from "./testing/child.js";
import { at, HOST, place, prove } from "./testing/stage.js";

/** Another's port 1 of loopback: nobody listens there. */
const NOBODY = `tcp://${HOST}:1`;

prove("an error's stack begins where the program called the library", async (stage) => {
  const { factory } = stage;
  const taken = at(stage.bind(ZmqPullConnection, {}, place("tcp")));
  const timeout = 1;
  const signal = AbortSignal.timeout(1);
  const wrong: Record<string, () => unknown> = {
    "an address in use": () => new ZmqPullConnection(factory, { bind: taken }),
    "a class with a constructor": () => new ZmqPubConnection(factory, { bind: taken }),
    "a derived class": () =>
      new (class Mine extends ZmqPullConnection {})(factory, { bind: taken }),
    "a typo": () => new ZmqPullConnection(factory, { connect: "tpc://x" }),
    "a wrong value": () => new ZmqPullConnection(factory, [], { receiveHighWaterMark: -3 }),
    "a later address": () => stage.make(ZmqPullConnection).addEndpoints(ZmqEndpoint.bind(taken)),
    "no message": () => stage.make(ZmqPullConnection).receive({ timeout }),
    "an aborted receive": () => stage.make(ZmqPullConnection).receive({ signal }),
    "no room": () => stage.make(ZmqPushConnection).send("message", { timeout }),
    "no message at all": () => stage.make(ZmqPushConnection).send(undefined as never),
    "no peer": () => stage.make(ZmqDealerConnection).peers(1, { timeout }),
    "no reply": () => stage.connect(ZmqXREQConnection, NOBODY).sendMsg("request", { timeout }),
    "no request at all": () => stage.connect(ZmqXREQConnection, NOBODY).sendMsg(),
    "a poll of what is never ready": () => poll({ readable: [stage.make(ZmqPushConnection)] }),
    "an aborted poll": () => poll({ readable: [stage.make(ZmqPullConnection)] }, { signal }),
    "a poll aborted later": () =>
      poll({ readable: [stage.make(ZmqPullConnection)] }, { signal: AbortSignal.timeout(1) }),
    "a wrong poll": () => poll({}, { timeout: -2 }),
    "a reply to nothing": () => stage.bind(ZmqXREPConnection).reply(1, "reply"),
    "a request by send": () => stage.make(ZmqXREQConnection).send("request" as never),
    "a reply by send": () => stage.make(ZmqXREPConnection).send("reply" as never),
    "an answer without manual": () => stage.make(ZmqXPubConnection).answer("answer"),
    "a subscription without manual": () => stage.make(ZmqXPubConnection).subscribe("tag"),
    "what is no frame": () => stage.make(ZmqPubConnection).publish(1 as never, "tag"),
    "no tag": () => stage.make(ZmqPubConnection, { singleFrame: true }).publish("x", "\0"),
    "a full queue": async () => {
      const push = stage.make(ZmqPushConnection, { sendQueueLimit: 0 });
      push.send("message").catch(() => undefined);
      await push.send("another");
    },
    "a full queue of requests": async () => {
      const xreq = stage.make(ZmqXREQConnection, { sendQueueLimit: 0 });
      xreq.sendMsg("request").catch(() => undefined);
      await xreq.sendMsg("another");
    },
    "an aborted send": () =>
      stage.make(ZmqPushConnection).send("message", { signal: AbortSignal.abort() }),
    "a subscription to no tag": () => stage.make(ZmqXSubConnection).subscribe(1 as never),
    "a server's message to nobody": () => stage.make(ZmqServerConnection).send("x" as never),
    "a radio's message to no group": () => stage.make(ZmqRadioConnection).send("x" as never),
    "a receive of what only sends": () => stage.make(ZmqPubConnection).receive(),
    "a loop over what only sends": async () => {
      for await (const _ of stage.make(ZmqPubConnection));
    },
    "no function to serve": () => stage.make(ZmqRepConnection).serve(undefined as never),
    "what is shut down": async () => {
      const pull = stage.make(ZmqPullConnection);
      await pull.shutdown();
      await pull.receive();
    },
    "no certificate": () => ZmqCertificate.load(fileURLToPath(import.meta.url)),
    "metadata that no file can have": () => ZmqCertificate.create({ "a b": "" }).save("x.key"),
    "out of turn": async () => {
      const req = stage.connect(ZmqReqConnection, NOBODY);
      await req.send("request");
      await req.send("another");
    },
  };
  for (const [what, run] of Object.entries(wrong)) {
    const error = await thrownBy(run);
    assert(error instanceof ZmqError, what);
    const [first, ...frames] = error.stack?.split("\n") ?? [];
    // Where two timers are late, the second one's callbacks run within functions of Node's.
    const caller = frames.find((frame) => !frame.includes("(node:"));
    assert.equal(first, `${error.name}: ${error.message}`);
    assert.match(caller ?? "", /uncaught\.test/, `${what}: ${error.stack}`);
    assert.equal(error instanceof ZmqAbortError, what.includes("aborted"));
  }
});

async function thrownBy(run: () => unknown): Promise<unknown> {
  try {
    return await run();
  } catch (error) {
    return error;
  }
}

const UNCAUGHT = {
  "at once": 'new zmq.ZmqPullConnection(factory, { bind: "tcp://192.0.2.1:*" }); // here',
  later: "await new zmq.ZmqPullConnection(factory).receive({ timeout: 1 }); // here",
};
for (const [when, line] of Object.entries(UNCAUGHT)) {
  prove(
    `an error that nobody catches is printed with the program's line, ${when}`,
    async (stage) => {
      const program = new Child(stage.t, `const factory = new zmq.ZmqFactory();\n${line}\n`);
      assert.deepEqual(await program.end, { code: 1, signal: null });
      const [, source, , , first] = program.errors.split("\n");
      assert.equal(source, line);
      assert.match(first ?? "", /^Zmq\w+Error: /);
      assert.doesNotMatch(program.errors, /undefined/);
    },
  );
}
