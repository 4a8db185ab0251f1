import assert from "node:assert/strict";
import { connect as connectTcp, createServer, type Socket } from "node:net";
import { binding, type NativeSocket } from "../engine/zeromq/binding.js";
import {
  type AuthenticatorOptions,
  type ClientOptions,
  type ConnectionOptions,
  curveKeyPair,
  type DealerOptions,
  type DgramOptions,
  type DishOptions,
  type FactoryOptions,
  type GatherOptions,
  type PairOptions,
  type PollItems,
  type ProxyOptions,
  type PubOptions,
  type PullOptions,
  type PushOptions,
  proxy,
  type RadioOptions,
  type ReceiveOptions,
  type RepOptions,
  type ReqOptions,
  type RequestOptions,
  type RouterOptions,
  type ScatterOptions,
  type SendOptions,
  type ServeOptions,
  type ServerOptions,
  SOCKET_TYPES,
  type SocketTypeName,
  type StreamOptions,
  type SubOptions,
  type WaitOptions,
  type XPubOptions,
  type XREPOptions,
  type XREQOptions,
  type XSubOptions,
  ZmqArgumentError,
  ZmqAuthenticator,
  ZmqClientConnection,
  type ZmqConnection,
  ZmqDealerConnection,
  ZmqDgramConnection,
  ZmqDishConnection,
  ZmqEndpoint,
  ZmqGatherConnection,
  ZmqOptionError,
  ZmqPairConnection,
  ZmqPubConnection,
  ZmqPullConnection,
  ZmqPushConnection,
  ZmqRadioConnection,
  ZmqRepConnection,
  ZmqReqConnection,
  ZmqRouterConnection,
  ZmqScatterConnection,
  ZmqServerConnection,
  ZmqStateError,
  ZmqStreamConnection,
  ZmqSubConnection,
  ZmqUnroutableError,
  ZmqXPubConnection,
  ZmqXREPConnection,
  ZmqXREQConnection,
  ZmqXSubConnection,
} from "../index.js";
import { OPTIONS } from "../options.js";
import { ENGINE, onZmtp } from "../testing/engine.js";
import {
  at,
  failure,
  HOST,
  next,
  place,
  prove,
  type Stage,
  settled,
  TRANSPORTS,
  told,
  until,
} from "../testing/stage.js";

const KEYS = curveKeyPair();

/*
 * Every option with a value that is not its default. `Required` has the compiler see to it that none
 * is forgotten.
 */
const COMMON: Required<ConnectionOptions> = {
  lingerPeriod: 7,
  sendQueueLimit: 7,
  affinity: 1,
  backlog: 7,
  connectTimeout: 7,
  handshakeInterval: 7,
  heartbeatInterval: 7,
  heartbeatTimeout: 7,
  heartbeatTimeToLive: 700,
  immediate: true,
  interface: "lo",
  ipv6: true,
  maxMessageSize: 2 ** 40,
  multicastMaxTransportDataUnit: 7,
  rate: 7,
  recoveryInterval: 7,
  reconnectInterval: 7,
  reconnectMaxInterval: 77,
  socksProxy: "127.0.0.1:1080",
  tcpKeepalive: 1,
  tcpKeepaliveCount: 7,
  tcpKeepaliveIdle: 7,
  tcpKeepaliveInterval: 7,
  tcpMaxRetransmitTimeout: 7,
  typeOfService: 7,
  plainServer: true,
  plainUsername: "user",
  plainPassword: "pässword",
  curveServer: true,
  curvePublicKey: KEYS.publicKey,
  curveSecretKey: KEYS.secretKey,
  curveServerKey: KEYS.publicKey,
  zapDomain: "domain",
  zapEnforceDomain: true,
};
const SEND: Required<SendOptions> = {
  sendBufferSize: 7000,
  sendHighWaterMark: 7,
  multicastHops: 7,
};
const RECEIVE: Required<ReceiveOptions> = { receiveBufferSize: 7000, receiveHighWaterMark: 8 };
const DUPLEX = { ...COMMON, ...SEND, ...RECEIVE };

interface Options {
  PAIR: PairOptions;
  PUB: PubOptions;
  SUB: SubOptions;
  REQ: ReqOptions;
  REP: RepOptions;
  DEALER: DealerOptions;
  ROUTER: RouterOptions;
  PULL: PullOptions;
  PUSH: PushOptions;
  XPUB: XPubOptions;
  XSUB: XSubOptions;
  STREAM: StreamOptions;
  SERVER: ServerOptions;
  CLIENT: ClientOptions;
  RADIO: RadioOptions;
  DISH: DishOptions;
  GATHER: GatherOptions;
  SCATTER: ScatterOptions;
  DGRAM: DgramOptions;
}
const ROUTED = { routingId: "me", probeRouter: true };
const BY_TYPE: { [Type in SocketTypeName]: Required<Options[Type]> } = {
  PAIR: DUPLEX,
  PUB: { ...COMMON, ...SEND, conflate: true, invertMatching: true, noDrop: true },
  SUB: { ...COMMON, ...RECEIVE, conflate: true, invertMatching: true },
  REQ: { ...DUPLEX, ...ROUTED, correlate: true, relaxed: true },
  REP: { ...DUPLEX, routingId: "me" },
  DEALER: { ...DUPLEX, ...ROUTED, conflate: true },
  ROUTER: { ...DUPLEX, ...ROUTED, mandatory: true, handover: true },
  PULL: { ...COMMON, ...RECEIVE, conflate: true },
  PUSH: { ...COMMON, ...SEND, conflate: true },
  XPUB: {
    ...DUPLEX,
    invertMatching: true,
    noDrop: true,
    verbose: true,
    verboser: true,
    manual: true,
    welcomeMessage: "welcome",
  },
  XSUB: DUPLEX,
  STREAM: { ...DUPLEX, notify: false },
  SERVER: DUPLEX,
  CLIENT: DUPLEX,
  RADIO: { ...COMMON, ...SEND },
  DISH: { ...COMMON, ...RECEIVE },
  GATHER: { ...COMMON, ...RECEIVE },
  SCATTER: { ...COMMON, ...SEND },
  DGRAM: DUPLEX,
};

const KINDS = [
  ...[ZmqPairConnection, ZmqPubConnection, ZmqSubConnection, ZmqReqConnection, ZmqRepConnection],
  ...[ZmqDealerConnection, ZmqRouterConnection, ZmqPullConnection, ZmqPushConnection],
  ...[ZmqXPubConnection, ZmqXSubConnection, ZmqStreamConnection, ZmqServerConnection],
  ...[ZmqClientConnection, ZmqRadioConnection, ZmqDishConnection, ZmqGatherConnection],
  ...[ZmqScatterConnection, ZmqDgramConnection],
];

/** A security mechanism takes the place of another, so these are set apart from each other. */
const MECHANISMS = [
  ["plainServer"],
  ["plainUsername", "plainPassword"],
  ["curveServer", "curveSecretKey"],
  ["curvePublicKey", "curveSecretKey", "curveServerKey"],
];
/** libzmq, or the binding, does not tell these: tests of their own show their effect. */
const UNTOLD = new Set([
  ...["curvePublicKey", "curveSecretKey", "curveServerKey", "probeRouter", "correlate"],
  ...["relaxed", "mandatory", "handover", "noDrop", "verbose", "verboser", "manual"],
  ...["welcomeMessage", "notify"],
]);
const GETTERS = {
  bool: "getBoolOption",
  int32: "getInt32Option",
  int64: "getInt64Option",
  uint64: "getUint64Option",
  bytes: "getStringOption",
} as const;

/** The binding's socket that was told options last: that of the connection that was made last. */
let newest: NativeSocket | undefined;
const { setOption } = binding().NativeSocket.prototype;
binding().NativeSocket.prototype.setOption = function (this: NativeSocket, ...args) {
  newest = this;
  setOption.apply(this, args);
};

/** What the binding's socket itself says that an option is. */
function told0(native: NativeSocket | undefined, name: string): unknown {
  const entry = OPTIONS[name];
  assert(entry !== undefined && native !== undefined);
  return (native as unknown as Record<string, (id: number) => unknown>)[GETTERS[entry.kind]]?.(
    entry.id,
  );
}

function make(stage: Stage, Kind: unknown, options: object): unknown {
  // A SUB takes conflate only with this one, which is its own.
  const single = Kind === ZmqSubConnection && "conflate" in options ? { singleFrame: true } : {};
  return stage.make(Kind as new () => unknown, { ...options, ...single });
}

prove("there is a class for every type, and an option for every entry", () => {
  assert.deepEqual(
    KINDS.map(({ socketType }) => socketType).sort(),
    [...Object.keys(SOCKET_TYPES)].sort(),
  );
  const options = new Set(Object.values(BY_TYPE).flatMap(Object.keys));
  options.delete("sendQueueLimit"); // the connection's own
  assert.deepEqual([...options].sort(), Object.keys(OPTIONS).sort());
});

for (const Kind of KINDS) {
  const options: Record<string, unknown> = { ...BY_TYPE[Kind.socketType] };
  prove(
    `all options of ${Kind.socketType} reach the socket`,
    (stage) => {
      new ZmqAuthenticator(stage.factory); // servers want one
      const secure = new Set(MECHANISMS.flat());
      const groups = [Object.keys(options).filter((name) => !secure.has(name)), ...MECHANISMS];
      for (const names of groups) {
        const given = Object.fromEntries(names.map((name) => [name, options[name]]));
        const connection = make(stage, Kind, given);
        for (const name of names) {
          if (name === "sendQueueLimit") {
            assert.equal((connection as ZmqPairConnection).sendQueueLimit, options[name]);
          } else if (!UNTOLD.has(name)) {
            assert.equal(told0(newest, name), options[name], name);
          }
        }
      }
    },
    { skip: onZmtp("libzmq is asked what they are") },
  );

  prove(`an option that ${Kind.socketType} does not have is an error that names it`, (stage) => {
    for (const [name, entry] of Object.entries(OPTIONS)) {
      if (name in options) continue;
      const value = { bool: true, int32: 1, int64: 1, uint64: 1, bytes: "x" }[entry.kind];
      assert.throws(
        () => make(stage, Kind, { [name]: value }),
        (error) => {
          failure(ZmqOptionError, new RegExp(`option ${name}: ${Kind.socketType} sockets`))(error);
          assert.equal((error as ZmqOptionError).option, name);
          assert.equal((error as ZmqOptionError).code, "ERR_ZMQ_OPTION");
          return true;
        },
      );
    }
    assert.equal(stage.factory.connections.size, 0);
  });
}

prove("a wrong option is an error of the compiler, and of the constructor", (stage) => {
  const { factory } = stage;
  const wrong: [option: string, () => unknown][] = [
    // @ts-expect-error there is no such option
    ["colour", () => new ZmqPairConnection(factory, [], { colour: "red" })],
    // @ts-expect-error it is sendHighWaterMark
    ["sendHighWatermark", () => new ZmqPairConnection(factory, [], { sendHighWatermark: 1 })],
    // @ts-expect-error a PUB sends only
    ["receiveHighWaterMark", () => new ZmqPubConnection(factory, [], { receiveHighWaterMark: 1 })],
    // @ts-expect-error a SUB receives only
    ["sendHighWaterMark", () => new ZmqSubConnection(factory, [], { sendHighWaterMark: 1 })],
    // @ts-expect-error a PAIR has none
    ["routingId", () => new ZmqPairConnection(factory, [], { routingId: "x" })],
    // @ts-expect-error a ROUTER's
    ["mandatory", () => new ZmqDealerConnection(factory, [], { mandatory: true })],
    // @ts-expect-error a ROUTER's
    ["handover", () => new ZmqXREQConnection(factory, [], { handover: true })],
    // @ts-expect-error an XREP has parts
    ["conflate", () => new ZmqXREPConnection(factory, [], { conflate: true })],
    // @ts-expect-error an XPUB's
    ["verbose", () => new ZmqPubConnection(factory, [], { verbose: true })],
    // @ts-expect-error a REQ's
    ["relaxed", () => new ZmqRepConnection(factory, [], { relaxed: true })],
    // @ts-expect-error PUB's and SUB's
    ["singleFrame", () => new ZmqXPubConnection(factory, [], { singleFrame: true })],
    // @ts-expect-error an XREQ's requests have several frames
    ["conflate", () => new ZmqXREQConnection(factory, [], { conflate: true })],
    // @ts-expect-error it does nothing there
    ["conflate", () => new ZmqScatterConnection(factory, [], { conflate: true })],
    // @ts-expect-error a boolean
    ["immediate", () => new ZmqPairConnection(factory, [], { immediate: "yes" })],
    // @ts-expect-error a boolean
    ["mandatory", () => new ZmqRouterConnection(factory, [], { mandatory: 1 })],
    // @ts-expect-error a number
    ["sendHighWaterMark", () => new ZmqPairConnection(factory, [], { sendHighWaterMark: "10" })],
    // @ts-expect-error a number, not null
    ["sendHighWaterMark", () => new ZmqPairConnection(factory, [], { sendHighWaterMark: null })],
    // @ts-expect-error a string or bytes
    ["routingId", () => new ZmqDealerConnection(factory, [], { routingId: 5 })],
    // @ts-expect-error a string or bytes
    ["curveServerKey", () => new ZmqDealerConnection(factory, [], { curveServerKey: {} })],
    // @ts-expect-error a string
    ["plainPassword", () => new ZmqDealerConnection(factory, [], { plainPassword: 12345 })],
    // @ts-expect-error a number
    ["lingerPeriod", () => new ZmqPairConnection(factory, [], { lingerPeriod: "1 s" })],
    // @ts-expect-error a number
    ["sendQueueLimit", () => new ZmqPairConnection(factory, [], { sendQueueLimit: "many" })],
    // @ts-expect-error a number
    ["requestTimeout", () => new ZmqXREQConnection(factory, [], { requestTimeout: "1 s" })],
    // @ts-expect-error a number
    ["maxOpenRequests", () => new ZmqXREPConnection(factory, [], { maxOpenRequests: "many" })],
  ];
  for (const [option, construct] of wrong) {
    const check = (error: unknown): true => {
      failure(ZmqOptionError, new RegExp(`option ${option}: `))(error);
      assert.equal((error as ZmqOptionError).option, option);
      return true;
    };
    assert.throws(construct, check, `${option}: ${construct}`);
  }
  assert.equal(factory.connections.size, 0);
});

prove("a value that does not fit is an error that says what does", (stage) => {
  const wrong: [DealerOptions, RegExp][] = [
    [{ sendHighWaterMark: 1.5 }, /whole number of 32 bits, not 1\.5/],
    [{ sendHighWaterMark: Number.NaN }, /whole number of 32 bits, not NaN/],
    [{ sendHighWaterMark: 2 ** 31 }, /whole number of 32 bits, not 2147483648/],
    [{ sendHighWaterMark: -1 }, /(libzmq does not take|is 0 or more, not) -1/],
    [{ tcpKeepalive: 7 }, /(libzmq does not take|is -1, 0 or 1, not) 7/],
    [{ maxMessageSize: 0.5 }, /whole number, not 0\.5/],
    [{ affinity: -1 }, /not negative, not -1/],
    [{ sendQueueLimit: -1 }, /0 or more, not -1/],
    [{ routingId: Buffer.of(0, 1) }, /the first not 0/],
    [{ routingId: "" }, /1 to 255 bytes/],
    [{ routingId: "ü".repeat(128) }, /1 to 255 bytes/],
    [{ routingId: new Uint8Array(256) }, /1 to 255 bytes/],
    [{ plainUsername: "" }, /1 to 255 bytes/],
    [{ curveServerKey: "too short" }, /40 characters of Z85 or 32 bytes/],
    [{ curveServerKey: "_".repeat(40) }, /40 characters of Z85 or 32 bytes/],
    [{ curveServerKey: new Uint8Array(40) }, /40 characters of Z85 or 32 bytes/],
  ];
  for (const [options, why] of wrong) {
    assert.throws(() => stage.bind(ZmqDealerConnection, options), failure(ZmqOptionError, why));
  }
  assert.equal(stage.factory.connections.size, 0);
});

prove("no secret gets into an error", (stage) => {
  const secret = "hush";
  for (const options of [
    { curveSecretKey: secret },
    { plainPassword: secret.repeat(100) },
    { curveSecretKey: { secret } as never },
    { plainPassword: [secret] as never },
  ]) {
    assert.throws(
      () => stage.make(ZmqDealerConnection, options),
      (error) => !String(error).includes(secret) && failure(ZmqOptionError)(error),
    );
  }
});

/** Options that are all given, each as undefined. */
type Undefined<Options> = { readonly [Name in keyof Options]-?: undefined };
/** TypeScript takes them, with its `exactOptionalPropertyTypes` too. */
type Takes<Options, _Given extends Options> = never;
export type TypesTakeUndefined = [
  Takes<FactoryOptions, Undefined<FactoryOptions>>,
  Takes<AuthenticatorOptions, Undefined<AuthenticatorOptions>>,
  Takes<PollItems<never, never>, Undefined<PollItems<never, never>>>,
  Takes<ProxyOptions, Undefined<ProxyOptions>>,
  Takes<ServeOptions, Undefined<ServeOptions>>,
  Takes<WaitOptions, Undefined<WaitOptions>>,
  Takes<RequestOptions, Undefined<RequestOptions>>,
  Takes<XREQOptions, Undefined<XREQOptions>>,
  Takes<XREPOptions, Undefined<XREPOptions>>,
  Takes<PubArguments, Undefined<PubArguments>>,
  Takes<SubArguments, Undefined<SubArguments>>,
  Takes<ReqOptions, Undefined<ReqOptions>>,
  Takes<RepOptions, Undefined<RepOptions>>,
  Takes<DealerOptions, Undefined<DealerOptions>>,
  Takes<RouterOptions, Undefined<RouterOptions>>,
  Takes<XPubOptions, Undefined<XPubOptions>>,
  Takes<StreamOptions, Undefined<StreamOptions>>,
];
type PubArguments = NonNullable<ConstructorParameters<typeof ZmqPubConnection>[2]>;
type SubArguments = NonNullable<ConstructorParameters<typeof ZmqSubConnection>[2]>;

prove("undefined is as good as not given", (stage) => {
  const undefinedOptions = Object.fromEntries(
    Object.keys(BY_TYPE.DEALER).map((name) => [name, undefined]),
  );
  stage.make(ZmqDealerConnection, undefinedOptions);
  const given = newest;
  stage.make(ZmqDealerConnection);
  const plain = newest;
  if (ENGINE === "zmtp") return; // libzmq is asked what they are
  for (const name of Object.keys(BY_TYPE.DEALER)) {
    if (name === "sendQueueLimit" || UNTOLD.has(name)) continue;
    assert.equal(told0(given, name), told0(plain, name), name);
  }
});

// What options do ----------------------------------------------------------------------------

prove("high-water marks hold messages back", async (stage) => {
  const pull = stage.bind(ZmqPullConnection, { receiveHighWaterMark: 4 }, place("inproc"));
  const push = stage.connect(ZmqPushConnection, pull, { sendHighWaterMark: 3 });
  let sent = 0;
  for (; push.writable; sent += 1) await push.send(String(sent));
  assert.equal(sent, 7);
  const waits = push.send("one more");
  assert.equal(await settled(waits), false);
  for (let n = 0; n < 7; n += 1) assert.deepEqual(await next(pull), [String(n)]);
  assert.deepEqual(await next(pull), ["one more"]);
});

prove("immediate: messages wait for a peer that is there", async (stage) => {
  const address = await nowhere();
  const push = stage.connect(ZmqPushConnection, address, { immediate: true });
  assert.equal(push.writable, false);
  const trusting = stage.connect(ZmqPushConnection, address, { immediate: false });
  assert.equal(trusting.writable, true);
});

prove(
  "immediate: over inproc too, and who is not to come any more does not come",
  async (stage) => {
    const address = place("inproc");
    const options = { immediate: true };
    const [push, removed, closed] = [1, 2, 3].map(() =>
      stage.connect(ZmqPushConnection, address, options),
    ) as [ZmqPushConnection, ZmqPushConnection, ZmqPushConnection];
    const sent = push.send("message");
    assert.equal(await settled(sent), false);
    removed.removeEndpoints({ connect: address });
    await closed.shutdown();
    const pull = stage.bind(ZmqPullConnection, {}, address);
    assert.deepEqual(await next(pull), ["message"]);
    await sent;
    assert.equal(removed.writable, false);
    assert.equal(push.writable, true);
  },
);

prove("routingId names the socket, any bytes", async (stage) => {
  const router = stage.bind(ZmqRouterConnection);
  for (const routingId of ["name", "ü", Buffer.of(0xff, 0, 1), "x".repeat(255)]) {
    const dealer = stage.connect(ZmqDealerConnection, router, { routingId });
    await dealer.send("hello");
    assert.deepEqual((await router.receive())[0], Buffer.from(routingId as string));
  }
});

prove("mandatory: a ROUTER refuses what it cannot deliver", async (stage) => {
  const strict = stage.bind(ZmqRouterConnection, { mandatory: true });
  await assert.rejects(strict.send(["nobody", "x"]), failure(ZmqUnroutableError));
  const dealer = stage.connect(ZmqDealerConnection, strict, { routingId: "somebody" });
  await dealer.send("hello");
  await strict.receive();
  await strict.send(["somebody", "x"]);
  assert.deepEqual(await next(dealer), ["x"]);
  await stage.bind(ZmqRouterConnection).send(["nobody", "x"]);
});

for (const handover of [false, true]) {
  prove(
    `handover: ${handover}: the ${handover ? "newer" : "older"} peer has the id`,
    async (stage) => {
      const router = stage.bind(ZmqRouterConnection, { handover });
      const older = stage.connect(ZmqDealerConnection, router, { routingId: "same" });
      await older.send("older");
      assert.deepEqual(await next(router), ["same", "older"]);
      const newer = stage.make(ZmqDealerConnection, { routingId: "same" });
      const met = told(router, "handshakeSucceeded");
      newer.addEndpoints(ZmqEndpoint.connect(at(router)));
      await met;
      const holder = handover ? newer : older;
      await holder.send("who?");
      assert.deepEqual(await next(router), ["same", "who?"]);
      await router.send(["same", "you"]);
      assert.deepEqual(await next(holder), ["you"]);
    },
  );
}

prove("conflate: the newest message alone is kept", async (stage) => {
  for (const [Sender, Receiver] of [
    [ZmqPushConnection, ZmqPullConnection],
    [ZmqDealerConnection, ZmqDealerConnection],
  ] as const) {
    const receiver = stage.bind(Receiver, { conflate: true }, place("inproc"));
    const sender = stage.connect<ZmqDealerConnection, PushOptions>(Sender as never, receiver, {
      conflate: true,
    });
    for (let n = 0; n < 10; n += 1) await sender.send(String(n));
    assert.deepEqual(await next(receiver), ["9"]);
    await sender.send("next");
    assert.deepEqual(await next(receiver), ["next"]);
  }
});

for (const transport of TRANSPORTS) {
  prove(`conflate: a SUB has the newest publication alone, over ${transport}`, async (stage) => {
    const options = { conflate: true, singleFrame: true };
    const pub = stage.bind(ZmqPubConnection, options, place(transport));
    const sub = stage.make(ZmqSubConnection, options);
    sub.subscribe("tag");
    sub.addEndpoints({ connect: at(pub) });
    await until(() => {
      void pub.publish("sync", "tag");
      return sub.readable;
    });
    for (let n = 0; n < 100; n += 1) await pub.publish(String(n), "tag");
    // Between two threads, what comes while another message is taken shows when the next one comes.
    const again = () => pub.publish("99", "tag");
    const repeated = transport === "inproc" ? undefined : setInterval(again, 10);
    const received: string[] = [];
    while (received.at(-1) !== "99") {
      const { tag, message } = ZmqSubConnection.unwrap(await sub.receive());
      assert.equal(String(tag), "tag");
      received.push(String(message));
    }
    clearInterval(repeated);
    // To look whether it is readable, libzmq takes one out of the queue, and keeps it.
    const seen = ENGINE === "zmtp" ? [] : ["sync"];
    if (transport === "inproc") assert.deepEqual(received, [...seen, "99"]);

    assert.throws(() => sub.subscribe("other"), failure(ZmqStateError, /one subscription/));
    sub.unsubscribe("tag");
    sub.subscribe("other");
    await until(() => {
      void pub.publish("found", "other");
      return sub.readable;
    });
    assert.deepEqual(await next(sub), ["other\0found"]);
  });
}

prove("conflate: messages of several frames are refused", async (stage) => {
  const conflate = true;
  const pub = stage.bind(ZmqPubConnection, { conflate });
  const hint = failure(ZmqArgumentError, /keeps one frame, .*publish.* with singleFrame: true/);
  await assert.rejects(pub.publish("message", "tag"), hint);
  await assert.rejects(pub.publish("message"), hint);
  await pub.send("tag\0message");
  for (const Kind of [ZmqPushConnection, ZmqDealerConnection]) {
    const sender = stage.bind<ZmqDealerConnection, PushOptions>(Kind as never, { conflate });
    const why = failure(ZmqArgumentError, new RegExp(`a ${Kind.socketType} with conflate keeps`));
    await assert.rejects(sender.send(["several", "frames"]), why);
  }
  const own = failure(ZmqOptionError, /option conflate: keeps one frame, .* singleFrame: true/);
  assert.throws(() => stage.make(ZmqSubConnection, { conflate }), own);
  const requests = failure(
    ZmqOptionError,
    /option conflate: keeps one frame, .* a DEALER conflates/,
  );
  assert.throws(() => stage.make(ZmqXREQConnection, { conflate } as object), requests);
  const pull = stage.bind(ZmqPullConnection);
  const refused = told<Error>(pull, "error");
  proxy(pull, stage.bind(ZmqPushConnection, { conflate }));
  await stage.connect(ZmqPushConnection, pull).send(["several", "frames"]);
  failure(ZmqArgumentError, /a PUSH with conflate keeps one frame/)(await refused);
  for (const Kind of [ZmqReqConnection, ZmqRepConnection, ZmqRouterConnection, ZmqXREPConnection]) {
    const types = failure(
      ZmqOptionError,
      /option conflate: .* do not have it; PULL, PUSH, SUB, PUB/,
    );
    assert.throws(() => stage.make<ZmqConnection, object>(Kind as never, { conflate }), types);
  }
});

prove("probeRouter: a ROUTER learns of the peer before it says anything", async (stage) => {
  for (const Kind of [ZmqDealerConnection, ZmqReqConnection, ZmqRouterConnection]) {
    const router = stage.bind(ZmqRouterConnection);
    const { socketType } = Kind;
    stage.connect<unknown, RouterOptions>(Kind as never, router, {
      probeRouter: true,
      routingId: socketType,
    });
    assert.deepEqual(await next(router), [socketType, ""]);
  }
});

prove("notify: false: a STREAM does not tell of peers that come", async (stage) => {
  const stream = stage.bind(ZmqStreamConnection, { notify: false });
  const client = await tcpClient(stage, at(stream));
  client.write("data");
  const [, data] = await stream.receive();
  assert.equal(String(data), "data");
});

const SUBSCRIPTIONS: [options: XPubOptions, wanted: number[]][] = [
  [{}, [1, 1, 1]],
  [{ verbose: true }, [2, 2, 1]],
  [{ verboser: true }, [2, 2, 2]],
];
for (const [options, wanted] of SUBSCRIPTIONS) {
  prove(`an XPUB with ${JSON.stringify(options)} is told of subscriptions`, async (stage) => {
    const xpub = stage.bind(ZmqXPubConnection, options, place("inproc"));
    const subs = [1, 2].map(() => stage.connect(ZmqXSubConnection, xpub));
    const heard: string[] = [];
    /** Has all subscribers do something, and waits until the XPUB has been told of it. */
    const all = async (act: (sub: ZmqXSubConnection) => Promise<void>): Promise<void> => {
      for (const [n, sub] of subs.entries()) {
        await act(sub);
        const mark = `end ${n} ${heard.length}`;
        await sub.subscribe(mark);
        while (!heard.includes(`+${mark}`)) {
          const [change] = await xpub.receive();
          heard.push(`${change?.[0] === 1 ? "+" : "-"}${change?.subarray(1)}`);
        }
      }
    };
    await all((sub) => sub.subscribe("a"));
    await all((sub) => sub.subscribe("b"));
    await all((sub) => sub.unsubscribe("a"));
    const count = (one: string): number => heard.filter((other) => other === one).length;
    assert.deepEqual([count("+a"), count("+b"), count("-a")], wanted);
  });
}

prove("manual: an XPUB decides what its subscribers get", async (stage) => {
  const xpub = stage.bind(ZmqXPubConnection, { manual: true });
  const xsub = stage.connect(ZmqXSubConnection, xpub);
  await xsub.subscribe("a");
  assert.deepEqual(await next(xpub), ["\u0001a"]);
  xpub.subscribe("b");
  for (const tag of ["a", "b"]) await xpub.send(tag);
  assert.deepEqual(await next(xsub), ["b"]);
  await xsub.unsubscribe("a");
  assert.deepEqual(await next(xpub), ["\u0000a"]);
  xpub.unsubscribe("b");
  await xsub.subscribe("c");
  assert.deepEqual(await next(xpub), ["\u0001c"]);
  xpub.subscribe("c");
  for (const tag of ["b", "c"]) await xpub.send(tag);
  assert.deepEqual(await next(xsub), ["c"]);
});

prove("manual: an XPUB answers the one who has subscribed, and no other", async (stage) => {
  const xpub = stage.bind(ZmqXPubConnection, { manual: true });
  const warnings: Error[] = [];
  const keep = (warning: Error): unknown => warnings.push(warning);
  process.on("warning", keep);
  stage.t.after(() => process.off("warning", keep));
  const changes: string[] = [];
  xpub.on("message", ([change]) => {
    changes.push(String(change));
    xpub[change[0] === 1 ? "subscribe" : "unsubscribe"](change.subarray(1));
    if (changes.length <= 3 || changes.length > 6) xpub.answer(["a", `answer ${changes.length}`]);
  });
  const make = () => stage.connect(ZmqXSubConnection, xpub);
  const [first, second, third, fourth] = [make(), make(), make(), make()];
  for (const [n, xsub] of [first, second, third].entries()) {
    await xsub.subscribe("a");
    assert.deepEqual(await next(xsub), ["a", `answer ${n + 1}`]);
  }
  // Without an answer, what is sent next goes to all.
  await fourth.subscribe("a");
  await until(() => changes.length === 4);
  await xpub.send("a, to all");
  for (const xsub of [first, second, third, fourth]) {
    assert.deepEqual(await next(xsub), ["a, to all"]);
  }
  // After an answer the subscriptions are as manual as before.
  await first.unsubscribe("a");
  await second.shutdown();
  await until(() => changes.length === 6);
  assert.deepEqual(changes.slice(4), ["\0a", "\0a"]);
  await first.subscribe("a");
  assert.deepEqual(await next(first), ["a", "answer 7"]);
  await xpub.send("a, to those who are left");
  for (const xsub of [first, third, fourth]) {
    assert.deepEqual(await next(xsub), ["a, to those who are left"]);
  }
  assert.deepEqual(warnings, []);
});

prove("an XPUB without manual does not answer, nor subscribe", async (stage) => {
  const xpub = stage.bind(ZmqXPubConnection, { verbose: true });
  assert.throws(() => xpub.subscribe("a"), failure(ZmqStateError, /option manual/));
  assert.throws(() => xpub.unsubscribe("a"), failure(ZmqStateError, /option manual/));
  const answered = xpub.answer("a"); // it does not throw
  await assert.rejects(answered, failure(ZmqStateError, /option manual/));
});

prove("welcomeMessage: an XPUB greets new subscribers", async (stage) => {
  const xpub = stage.bind(ZmqXPubConnection, { welcomeMessage: Buffer.from("welcome") });
  xpub.on("message", () => undefined); // a socket that is not used does not greet
  for (const _ of [1, 2]) {
    const sub = stage.make(ZmqSubConnection);
    sub.subscribe("welcome");
    sub.addEndpoints(ZmqEndpoint.connect(at(xpub)));
    assert.deepEqual(await next(sub), ["welcome"]);
  }
});

prove("invertMatching: a subscriber gets all but what it subscribes to", async (stage) => {
  const xpub = stage.bind(ZmqXPubConnection, { invertMatching: true });
  const sub = stage.make(ZmqSubConnection, { invertMatching: true });
  sub.subscribe("a");
  sub.addEndpoints(ZmqEndpoint.connect(at(xpub)));
  await xpub.receive();
  for (const tag of ["a", "ab", "b"]) await xpub.send(tag);
  assert.deepEqual(await next(sub), ["b"]);
});

for (const Kind of [ZmqPubConnection, ZmqXPubConnection]) {
  prove(`noDrop: a ${Kind.socketType} waits for slow subscribers`, async (stage) => {
    const marks = { sendHighWaterMark: 5 };
    const pub = stage.bind<ZmqConnection, PubOptions>(
      Kind as never,
      { noDrop: true, ...marks },
      place("inproc"),
    );
    const sub = stage.connect(ZmqSubConnection, pub, { receiveHighWaterMark: 5 });
    sub.subscribe();
    await until(() => {
      void pub.send("sync");
      return sub.readable;
    });
    const sends = Array.from({ length: 100 }, (_, n) => pub.send(String(n)));
    assert.equal(await settled(sends.at(-1) as Promise<void>), false);
    const got: string[] = [];
    while (got.length < 100) {
      const [message] = await next(sub);
      if (message !== "sync") got.push(String(message));
    }
    assert.deepEqual(
      got,
      Array.from({ length: 100 }, (_, n) => String(n)),
    );
  });
}

prove("maxMessageSize: a peer that sends more is disconnected", async (stage) => {
  const pull = stage.make(ZmqPullConnection, { maxMessageSize: 1000 });
  const disconnected = told(pull, "disconnected");
  pull.addEndpoints(ZmqEndpoint.bind(place()));
  const push = stage.connect(ZmqPushConnection, pull, { reconnectInterval: 1 });
  await push.send("x".repeat(1001));
  await disconnected;
  await until(() => {
    void push.send("x".repeat(1000));
    return pull.readable;
  });
  assert.deepEqual(await next(pull), ["x".repeat(1000)]);
});

prove(
  "reconnectInterval and reconnectMaxInterval say when a connection is tried again",
  async (stage) => {
    const dealer = stage.make(ZmqDealerConnection, {
      reconnectInterval: 1,
      reconnectMaxInterval: 4,
    });
    const intervals: number[] = [];
    dealer.on("retried", ({ interval }) => intervals.push(interval));
    dealer.addEndpoints(ZmqEndpoint.connect(await nowhere()));
    await until(() => intervals.length >= 6);
    assert(Math.min(...intervals) >= 1 && Math.max(...intervals) <= 4, String(intervals));
  },
);

prove("handshakeInterval: who does not speak ZMTP is hung up on", async (stage) => {
  const pull = stage.make(ZmqPullConnection, { handshakeInterval: 10 });
  const failed = told<{ reason: string }>(pull, "handshakeFailed");
  pull.addEndpoints(ZmqEndpoint.bind(place()));
  const client = await tcpClient(stage, at(pull));
  client.resume();
  await told(client, "close");
  assert.equal((await failed).reason, "other");
});

const HEARTBEATS: Record<string, [DealerOptions, who: "we" | "peer"]> = {
  "heartbeatInterval, heartbeatTimeout": [{ heartbeatInterval: 20, heartbeatTimeout: 50 }, "we"],
  heartbeatTimeToLive: [
    { heartbeatInterval: 20, heartbeatTimeout: 60_000, heartbeatTimeToLive: 100 },
    "peer",
  ],
};
for (const [names, [options, who]] of Object.entries(HEARTBEATS)) {
  prove(`${names}: ${who} notice that the other side has stopped`, async (stage) => {
    const peer = stage.bind(ZmqDealerConnection);
    const relay = await relayed(stage, at(peer));
    const dealer = stage.make(ZmqDealerConnection, options);
    const noticing = who === "we" ? dealer : peer;
    // From here on: a relay that is held up for long enough has stopped as well.
    const disconnected = told(noticing, "disconnected");
    let lost = false;
    noticing.once("disconnected", () => {
      lost = true;
    });
    dealer.addEndpoints(ZmqEndpoint.connect(relay.address));
    let sent = 0;
    await until(() => {
      sent += 1;
      void dealer.send(`hello ${sent}`); // again, in case that one was lost with a connection
      return peer.readable;
    });
    // Any message calls off what the last PING has set going, so there has to be one more.
    await until(() => lost || relay.pingedAfter(`hello ${sent}`));
    relay.stop();
    await disconnected;
  });
}

// TCP by hand --------------------------------------------------------------------------------

async function tcpClient(stage: Stage, address: string): Promise<Socket> {
  const socket = connectTcp(Number(new URL(address).port), HOST);
  stage.t.after(() => socket.destroy());
  await new Promise((resolve) => socket.once("connect", resolve));
  return socket;
}

/** An address that nobody listens at. */
async function nowhere(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return `tcp://${HOST}:${port}`;
}

/** A way to an address that can be made to carry nothing any more. */
async function relayed(
  stage: Stage,
  to: string,
): Promise<{ address: string; pingedAfter(message: string): boolean; stop(): void }> {
  let passed = "";
  const pairs: Socket[] = [];
  const server = createServer((near) => {
    const far = connectTcp(Number(new URL(to).port), HOST);
    for (const socket of [near, far]) socket.on("error", () => undefined);
    pairs.push(near, far);
    near.on("data", (data) => {
      passed += data.toString("latin1");
    });
    near.pipe(far);
    far.pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  stage.t.after(() => {
    server.close();
    for (const socket of pairs) socket.destroy();
  });
  const { port } = server.address() as { port: number };
  return {
    address: `tcp://${HOST}:${port}`,
    pingedAfter: (message) => passed.slice(passed.lastIndexOf(message)).includes("PING"),
    stop() {
      for (const socket of pairs) {
        socket.unpipe();
        socket.pause();
      }
    },
  };
}
