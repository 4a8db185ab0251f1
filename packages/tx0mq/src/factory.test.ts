import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Message,
  ZmqArgumentError,
  ZmqAuthenticator,
  ZmqClosedError,
  ZmqDealerConnection,
  ZmqEndpoint,
  ZmqEndpointError,
  ZmqFactory,
  ZmqOptionError,
  ZmqPullConnection,
  ZmqPushConnection,
  ZmqRouterConnection,
  zmqHas,
  zmqVersion,
} from "./index.js";
import { failure, next, place, prove, until } from "./testing/stage.js";

void test("wrong options are refused", () => {
  const wrong: [object, RegExp][] = [
    [{ ioThreads: -1 }, /ioThreads: is a whole number, 0 to 2147483647, not -1/],
    [{ ioThreads: 2 ** 31 }, /ioThreads: is a whole number, 0 to 2147483647, not 2147483648/],
    [{ ioThreads: 1.5 }, /ioThreads/],
    [{ maxSockets: 0 }, /maxSockets: is a whole number, 1 or more/],
    [{ lingerPeriod: -2 }, /lingerPeriod/],
    [{ lingerPeriod: "100" }, /lingerPeriod/],
    [{ shared: true, ioThreads: 2 }, /shared/],
    [{ shared: true, maxSockets: 2 }, /shared/],
    [{ linger: 0 }, /option linger: there is no such option/],
    [{ engine: "zmtp" }, /option engine: is an engine/],
  ];
  for (const [options, why] of wrong) {
    assert.throws(() => new ZmqFactory(options), failure(ZmqOptionError, why));
  }
});

void test("a connection without a factory says what comes first", () => {
  const Pull = ZmqPullConnection as new (...args: unknown[]) => unknown;
  const wrong = failure(ZmqArgumentError, /a factory comes first: new ZmqPullConnection\(factory/);
  assert.throws(() => new Pull(), wrong);
  assert.throws(() => new Pull({ connect: "tcp://127.0.0.1:1" }), wrong);
  const Auth = ZmqAuthenticator as new (...args: unknown[]) => unknown;
  assert.throws(
    () => new Auth(),
    failure(ZmqArgumentError, /a factory comes first: new ZmqAuthenticator\(factory\)/),
  );
});

void test("the version of the library below is told, and what it has", () => {
  assert.match(zmqVersion(), /^4\.\d+\.\d+$/);
  assert.equal(zmqHas("ipc"), true);
  assert.equal(zmqHas("toString"), false);
});

prove("zmqHas tells of WebSockets what a bind tells", (stage) => {
  const told = zmqHas("ws");
  const bind = (): unknown => new ZmqPullConnection(stage.factory, { bind: "ws://127.0.0.1:*" });
  if (told) bind();
  else assert.throws(bind, failure(ZmqEndpointError, /the engine does not have this transport/));
  assert.equal(zmqHas("ws"), told);
});

prove("a factory knows its connections, and shuts all of them down", async (stage) => {
  const { factory } = stage;
  const pulls = Array.from({ length: 50 }, () => stage.bind(ZmqPullConnection, {}, place("tcp")));
  const pushes = pulls.map((pull) => stage.connect(ZmqPushConnection, pull));
  assert.equal(factory.connections.size, 100);
  const pending = pulls.map((pull) => assert.rejects(pull.receive(), failure(ZmqClosedError)));
  await pushes[0]?.shutdown();
  assert.equal(factory.connections.size, 99);
  assert.equal(factory.closed, false);
  const ended = factory.shutdown();
  assert(factory.closed);
  assert.equal(factory.shutdown(), ended);
  assert.throws(() => stage.make(ZmqPullConnection), failure(ZmqClosedError));
  await ended;
  await Promise.all(pending);
  assert.equal(factory.connections.size, 0);
  assert(pulls.every(({ closed }) => closed));
  factory.registerForShutdown(); // too late, and harmless
});

prove("connections that are made meanwhile and one that failed are waited for", async (stage) => {
  const address = place("ipc");
  const factory = new ZmqFactory();
  const both = [ZmqEndpoint.bind(address), ZmqEndpoint.bind("ipc:///no/such/folder")];
  assert.throws(() => new ZmqPullConnection(factory, both));
  await factory.shutdown();
  stage.bind(ZmqPullConnection, {}, address);
});

prove("a connection has the factory's linger period, unless it has its own", async (stage) => {
  const factory = new ZmqFactory();
  assert.equal(factory.lingerPeriod, 100);
  factory.lingerPeriod = 7;
  assert.equal(new ZmqPullConnection(factory).lingerPeriod, 7);
  assert.equal(new ZmqPullConnection(factory, [], { lingerPeriod: -1 }).lingerPeriod, -1);
  await factory.shutdown();
  assert.equal(stage.factory.lingerPeriod, 0);
});

prove("factories do not see each other's inproc addresses, but shared ones do", async (stage) => {
  const address = place("inproc");
  const [one, two] = [new ZmqFactory({ shared: true }), new ZmqFactory({ shared: true })];
  const own = stage.bind(ZmqPullConnection, {}, address);
  const shared = new ZmqPullConnection(one, ZmqEndpoint.bind(address));
  await new ZmqPushConnection(two, ZmqEndpoint.connect(address)).send("shared");
  await stage.connect(ZmqPushConnection, address).send("own");
  assert.deepEqual(await next(shared), ["shared"]);
  assert.deepEqual(await next(own), ["own"]);
  await one.shutdown();
  assert.equal(two.closed, false);
  // The address is free for the other.
  new ZmqPullConnection(two, ZmqEndpoint.bind(address));
  await two.shutdown();
});

prove("factories in turn use one context, and find nothing of each other in it", async () => {
  const address = place("inproc");
  for (let n = 0; n < 100; n += 1) {
    await using factory = new ZmqFactory({ lingerPeriod: 0, ioThreads: 1 });
    const pull = new ZmqPullConnection(factory, ZmqEndpoint.bind(address));
    await new ZmqPushConnection(factory, ZmqEndpoint.connect(address)).send(String(n));
    assert.deepEqual(await next(pull), [String(n)]);
    const waiting = new ZmqPushConnection(factory, ZmqEndpoint.connect(`${address}/later`));
    await waiting.send("stale");
    if (n % 2 === 0) new ZmqPullConnection(factory, ZmqEndpoint.bind(`${address}/later/still`));
  }
  await using factory = new ZmqFactory({ lingerPeriod: 0, ioThreads: 1 });
  const pull = new ZmqPullConnection(factory, ZmqEndpoint.bind(`${address}/later`));
  await new ZmqPushConnection(factory, ZmqEndpoint.connect(`${address}/later`)).send("fresh");
  assert.deepEqual(await next(pull), ["fresh"]);
});

prove("two factories exchange 30,000 messages for 10,000", async (stage) => {
  const REQUESTS = 10_000;
  const other = new ZmqFactory();
  stage.t.after(() => other.shutdown());
  class Service extends ZmqRouterConnection {
    requests = 0;
    override async messageReceived([id, request]: Message): Promise<void> {
      const reply = (what: string): Promise<void> => this.send([id as Buffer, what]);
      if (String(request) === "stop") return reply("exit");
      this.requests += 1;
      await Promise.all([reply("event"), reply("event"), reply("event")]);
    }
  }
  const marks = { sendHighWaterMark: 0, receiveHighWaterMark: 0 };
  const service = stage.bind(Service, marks, place("ipc"));
  const dealer = new ZmqDealerConnection(
    other,
    service.endpoints.map(({ address }) => ZmqEndpoint.connect(address)),
    { routingId: "dealer", ...marks },
  );
  const events = { event: 0, exit: 0 };
  dealer.on("message", (message) => {
    events[String(message) as keyof typeof events] += 1;
  });
  for (let n = 0; n < REQUESTS; n += 1) await dealer.send("request");
  await dealer.send("stop");
  await until(() => events.exit === 1 && events.event === 3 * REQUESTS);
  assert.equal(service.requests, REQUESTS);
});
