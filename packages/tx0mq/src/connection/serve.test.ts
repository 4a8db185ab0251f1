import assert from "node:assert/strict";
import {
  type ConnectionOptions,
  type Frames,
  type Message,
  type RequestHandler,
  type ServeOptions,
  ZmqArgumentError,
  ZmqClosedError,
  ZmqOptionError,
  ZmqRepConnection,
  ZmqStateError,
  ZmqTimeoutError,
  ZmqXREPConnection,
  ZmqXREQConnection,
} from "../index.js";
import {
  failure,
  LIMIT,
  place,
  prove,
  type Stage,
  settled,
  TRANSPORTS,
  text,
  until,
} from "../testing/stage.js";

type Server = ZmqRepConnection | ZmqXREPConnection;

const KINDS = [ZmqRepConnection, ZmqXREPConnection] as const;

/** Somebody who serves, somebody who asks, and what was reported. */
function served(
  stage: Stage,
  Kind: (typeof KINDS)[number],
  handler: RequestHandler,
  options?: ServeOptions,
  address = place(),
  serverOptions: ConnectionOptions = {},
): { server: Server; over: Promise<void>; client: ZmqXREQConnection; errors: Error[] } {
  const server: Server = stage.bind<Server, object>(Kind, serverOptions, address);
  const errors: Error[] = [];
  server.on("error", (error: Error) => errors.push(error));
  const over = server.serve(handler, options);
  const client = stage.connect(ZmqXREQConnection, server);
  return { server, over, client, errors };
}

for (const Kind of KINDS) {
  const name = Kind === ZmqRepConnection ? "REP" : "XREP";

  for (const transport of TRANSPORTS) {
    prove(`a ${name} serves, over ${transport}`, async (stage) => {
      const handlers: [RequestHandler, string[]][] = [
        [(request) => request, ["a", "b"]],
        [([first]) => `re: ${first}`, ["re: a"]],
        [async (request) => request.map((part) => `re: ${part}`), ["re: a", "re: b"]],
        [() => new Uint16Array([0x4142]), ["BA"]],
        [async () => "", [""]],
      ];
      for (const [handler, wanted] of handlers) {
        const { server, over, client } = served(stage, Kind, handler, {}, place(transport));
        for (let n = 0; n < 3; n += 1) {
          assert.deepEqual(text(await client.sendMsg("a", "b")), wanted);
        }
        assert.equal(await settled(over), false);
        await server.shutdown();
        await over;
      }
    });
  }

  prove(`a ${name} goes on where a handler throws, and sends no reply`, async (stage) => {
    const { server, client, errors } = served(stage, Kind, ([what]): Frames | Promise<Frames> => {
      switch (String(what)) {
        case "throw":
          throw new Error("thrown");
        case "reject":
          return Promise.reject(new Error("rejected"));
        case "nothing":
          return undefined as never;
        case "no frames":
          return [];
        default:
          return "fine";
      }
    });
    await client.peers(1); // what is given up before has not left
    for (const what of ["throw", "reject", "nothing", "no frames"]) {
      const asked = assert.rejects(client.sendMsg(what, { timeout: 50 }), failure(ZmqTimeoutError));
      assert.deepEqual(text(await client.sendMsg("next")), ["fine"]);
      await asked;
    }
    assert.deepEqual(
      errors.map(({ message }) => message.replace(/:.*/, "")),
      ["thrown", "rejected", "cannot send undefined", "a message has at least one frame"],
    );
    failure(ZmqArgumentError)(errors[2]);
    if (server instanceof ZmqXREPConnection) assert.equal(server.openRequests, 0);
    assert.equal(client.lateReplies, 0);
  });

  prove(`onError decides what a ${name} replies`, async (stage) => {
    const told: [string, Message][] = [];
    const { client, errors } = served(
      stage,
      Kind,
      async ([what]) => {
        if (String(what) === "nothing") return undefined as never;
        throw new Error(String(what));
      },
      {
        async onError(error, request) {
          told.push([(error as Error).message, request]);
          if (String(request) === "silence") return undefined;
          if (String(request) === "worse") throw new Error("worse still");
          return ["sorry", String(request)];
        },
      },
    );
    assert.deepEqual(text(await client.sendMsg("one")), ["sorry", "one"]);
    assert.deepEqual(text(await client.sendMsg("nothing")), ["sorry", "nothing"]);
    for (const what of ["silence", "worse"]) {
      const asked = assert.rejects(client.sendMsg(what, { timeout: 50 }), failure(ZmqTimeoutError));
      assert.deepEqual(text(await client.sendMsg("next")), ["sorry", "next"]);
      await asked;
    }
    assert.deepEqual(
      errors.map(({ message }) => message),
      ["worse still"],
    );
    assert.deepEqual(text(told[0]?.[1] ?? []), ["one"]);
    assert.match(told[1]?.[0] ?? "", /cannot send undefined/);
  });

  prove(`a ${name} that is shut down replies to the request in hand`, async (stage) => {
    let reply: ((frames: Frames) => void) | undefined;
    const { server, over, client } = served(
      stage,
      Kind,
      () =>
        new Promise((resolve) => {
          reply = resolve;
        }),
      {},
      place(),
      { lingerPeriod: LIMIT },
    );
    const asked = client.sendMsg("in hand");
    await until(() => reply !== undefined);
    const ended = server.shutdown();
    assert.equal(await settled(over), false);
    reply?.("finished");
    assert.deepEqual(text(await asked), ["finished"]);
    await Promise.all([over, ended]);
  });

  prove(`a ${name} is served by a function`, async (stage) => {
    const { factory } = stage;
    const server: Server = new Kind(factory);
    for (const wrong of [undefined, 3, Promise.resolve(() => "x")]) {
      const refused = failure(ZmqArgumentError, /^a function makes the replies/);
      await assert.rejects(server.serve(wrong as never), refused);
    }
    for (const [wrong, why] of [
      [{ onerror: () => "" }, /^option onerror: there is no such option/],
      [{ onError: "" }, /^option onError: is a function, not ""/],
    ] as const) {
      const refused = failure(ZmqOptionError, why);
      await assert.rejects(
        server.serve((request) => request, wrong as never),
        refused,
      );
    }
    assert.equal(server.listenerCount("message"), 0);
  });

  prove(`a ${name} is served once, and not when it is shut down`, async (stage) => {
    const { server } = served(stage, Kind, () => "once");
    await assert.rejects(
      server.serve(() => "twice"),
      failure(ZmqStateError, /served already/),
    );
    await server.shutdown();
    await assert.rejects(
      server.serve(() => "late"),
      failure(ZmqClosedError),
    );
  });
}

prove("a REP serves one request after the other, an XREP all at once", async (stage) => {
  for (const [Kind, most] of [
    [ZmqRepConnection, 1],
    [ZmqXREPConnection, 5],
  ] as const) {
    let open = 0;
    let seen = 0;
    const release: (() => void)[] = [];
    const { client } = served(stage, Kind, async (request) => {
      open += 1;
      seen = Math.max(seen, open);
      await new Promise<void>((resolve) => release.push(resolve));
      open -= 1;
      return request;
    });
    const replies = Array.from({ length: 5 }, (_, n) => client.sendMsg(String(n)));
    for (let n = 0; n < 5; n += most) {
      await until(() => release.length === most);
      for (const finish of release.splice(0)) finish();
    }
    assert.equal((await Promise.all(replies)).join(), "0,1,2,3,4");
    assert.equal(seen, most);
  }
});

prove("REQs are served by a REP whose handler throws for others", async (stage) => {
  const { server, client } = served(stage, ZmqRepConnection, ([what]) => {
    if (String(what) === "bad") throw new Error("bad");
    return "good";
  });
  const bad = Array.from({ length: 20 }, () => client.sendMsg("bad", { timeout: 1000 }));
  const given = Promise.allSettled(bad);
  const others = [1, 2, 3].map(() => stage.connect(ZmqXREQConnection, server));
  const replies = await Promise.all(others.map((other) => other.sendMsg("good")));
  assert.deepEqual(replies.map(String), ["good", "good", "good"]);
  await client.shutdown();
  await given;
});
