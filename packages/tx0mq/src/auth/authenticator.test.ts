import assert from "node:assert/strict";
import { channel, subscribe, unsubscribe } from "node:diagnostics_channel";
import { inspect } from "node:util";
import {
  type AuthDecision,
  type AuthTrace,
  curveKeyPair,
  type PullOptions,
  type PushOptions,
  ZmqArgumentError,
  ZmqAuthenticator,
  ZmqCertificate,
  ZmqDealerConnection,
  ZmqOptionError,
  ZmqPullConnection,
  ZmqPushConnection,
  ZmqStateError,
} from "../index.js";
import { Child } from "../testing/child.js";
import { ENGINE } from "../testing/engine.js";
import { failure, next, place, prove, type Stage, settled, told } from "../testing/stage.js";
import { AddressList } from "./addresses.js";
import { keyBytes, z85Encode } from "./z85.js";

const ZAP = "inproc://zeromq.zap.01";

/** What the authenticator decides about a client, and whether the client's message arrives. */
async function attempt(
  stage: Stage,
  auth: ZmqAuthenticator,
  pull: ZmqPullConnection,
  options: PushOptions,
): Promise<AuthDecision> {
  const decided = Promise.race([
    told<AuthDecision>(auth, "allowed"),
    told<AuthDecision>(auth, "denied"),
  ]);
  const push = stage.connect(ZmqPushConnection, pull, options);
  const sent = push.send("message");
  const decision = await decided;
  if (decision.allowed) {
    assert.deepEqual(await next(pull), ["message"]);
    await sent;
  } else sent.catch(() => undefined);
  await push.shutdown();
  return decision;
}

function clientOf(server: ZmqCertificate, client: ZmqCertificate): PushOptions {
  return {
    curvePublicKey: client.publicKey,
    curveSecretKey: client.secretKey,
    curveServerKey: server.publicKey,
  };
}

function serverOf(server: ZmqCertificate): PullOptions {
  return { curveServer: true, curveSecretKey: server.secretKey };
}

const plain = (plainUsername: string, plainPassword: string): PushOptions => ({
  plainUsername,
  plainPassword,
});

prove("addresses and ranges decide first, and what is denied stays so", async (stage) => {
  const auth = new ZmqAuthenticator(stage.factory);
  const pull = stage.bind(ZmqPullConnection, { zapDomain: "street" });
  const open = await attempt(stage, auth, pull, {});
  assert.deepEqual([open.allowed, open.domain, open.mechanism], [true, "street", "NULL"]);
  auth.allow("10.0.0.0/8", "192.0.2.7");
  const denied = await attempt(stage, auth, pull, {});
  assert.deepEqual([denied.allowed, denied.reason], [false, "the address is not allowed"]);
  assert.match(denied.address, /^127\./);
  auth.allow("127.0.0.0/8");
  assert.equal((await attempt(stage, auth, pull, {})).allowed, true);
  auth.deny("127.0.0.0/9", "127.128.0.0/9");
  const again = await attempt(stage, auth, pull, {});
  assert.deepEqual([again.allowed, again.reason], [false, "the address is denied"]);
  for (const wrong of ["localhost", "10.0.0.0/33", "10.0.0", "", "fe80::1%lo", "::/129"]) {
    assert.throws(() => auth.allow(wrong), failure(ZmqArgumentError, /neither an IP address/));
  }
});

prove("an address of IPv4 is the same within IPv6", () => {
  const v4 = new AddressList();
  v4.add("10.0.0.0/8");
  const v6 = new AddressList();
  v6.add("2001:DB8::/32");
  v6.add("fe80::1");
  v6.add("::ffff:192.0.2.1");
  assert.deepEqual(
    ["10.1.2.3", "::ffff:10.1.2.3", "11.0.0.1", "::ffff:11.0.0.1", "", "host:1:2:3"].map((one) =>
      v4.has(one),
    ),
    [true, true, false, false, false, false],
  );
  assert.deepEqual(
    ["2001:db8::7", "2001:db9::7", "fe80::1%eth0", "fe80::2%eth0", "192.0.2.1"].map((one) =>
      v6.has(one),
    ),
    [true, false, true, false, true],
  );
});

prove("PLAIN: users of a domain, of all domains, and as a callback says", async (stage) => {
  const auth = new ZmqAuthenticator(stage.factory);
  const pull = stage.bind(ZmqPullConnection, { plainServer: true, zapDomain: "office" });
  const denied = async (options: PushOptions, reason: RegExp): Promise<void> => {
    const decision = await attempt(stage, auth, pull, options);
    assert.equal(decision.allowed, false);
    assert.match(decision.reason, reason);
  };
  await denied(plain("ada", "löve"), /the domain has no users/);
  auth.configurePlain({ ada: "löve" });
  const { allowed, userId, mechanism } = await attempt(stage, auth, pull, plain("ada", "löve"));
  assert.deepEqual([allowed, userId, mechanism], [true, "ada", "PLAIN"]);
  for (const [user, password] of [
    ["ada", "love"],
    ["ada", "l"],
    ["Ada", "löve"],
    ["__proto__", "löve"],
    ["löve", "ada"],
  ] as const) {
    await denied(plain(user, password), /^wrong user name or password$/);
  }
  auth.configurePlain(new Map([["bob", "hate"]]), "office");
  await denied(plain("ada", "löve"), /wrong user name/); // the domain has users of its own
  assert.equal((await attempt(stage, auth, pull, plain("bob", "hate"))).allowed, true);

  auth.configurePlain(async ({ username, password, domain, address }) => {
    assert.match(address, /^127\./);
    return username === "eve" && password === "apple" && domain === "office" && "user 7";
  }, "office");
  const eve = await attempt(stage, auth, pull, plain("eve", "apple"));
  assert.deepEqual([eve.allowed, eve.userId], [true, "user 7"]);
  await denied(plain("eve", "pear"), /wrong user name/);

  for (const no of [12345678, undefined, null]) {
    assert.throws(
      () => auth.configurePlain({ ada: no } as never),
      (error) => {
        failure(ZmqArgumentError, /the password of "ada" is not a text/)(error);
        return !inspect(error).includes("12345678");
      },
    );
  }
});

prove("what is no users, and no clients, is refused", (stage) => {
  const auth = new ZmqAuthenticator(stage.factory);
  for (const no of ["any", ["ada"], undefined, null, Promise.resolve({})] as never[]) {
    assert.throws(
      () => auth.configurePlain(no),
      failure(ZmqArgumentError, /the PLAIN users are names and passwords, a Map of these, or/),
    );
  }
  const one = ZmqCertificate.create();
  for (const no of [
    "all",
    one,
    one.publicKey,
    undefined,
    null,
    Promise.resolve([one]),
  ] as never[]) {
    assert.throws(
      () => auth.configureCurve(no),
      failure(ZmqArgumentError, /the CURVE clients are a list of keys, a callback, or "any"/),
    );
  }
});

prove("CURVE: by key, by certificate, by callback, or any", async (stage) => {
  const [server, ada, bob] = [1, 2, 3].map(() => ZmqCertificate.create()) as [
    ZmqCertificate,
    ZmqCertificate,
    ZmqCertificate,
  ];
  const auth = new ZmqAuthenticator(stage.factory);
  const pull = stage.bind(ZmqPullConnection, serverOf(server));
  const admits = async (client: ZmqCertificate): Promise<boolean> => {
    const decision = await attempt(stage, auth, pull, clientOf(server, client));
    assert.deepEqual([decision.mechanism, decision.domain], ["CURVE", "global"]);
    assert.equal(decision.userId, client.publicKey);
    return decision.allowed;
  };
  assert.equal(await admits(ada), false);
  for (const known of [ada, ada.publicKey, keyBytes(ada.publicKey)]) {
    const almost = bob.publicKey.replace(/^./, (first) => (first === "0" ? "1" : "0"));
    auth.configureCurve([almost, known]);
    assert.deepEqual([await admits(ada), await admits(bob)], [true, false]);
  }
  auth.configureCurve(async ({ publicKey, domain }) =>
    Promise.resolve(publicKey === bob.publicKey && domain === "global"),
  );
  assert.deepEqual([await admits(ada), await admits(bob)], [false, true]);
  auth.configureCurve("any");
  assert.equal(await admits(ada), true);
  auth.deny("127.0.0.0/8");
  assert.equal(await admits(ada), false);
  for (const wrong of ["all", ["too short"], ["%".repeat(40)], [new Uint8Array(31)]]) {
    assert.throws(() => auth.configureCurve(wrong as never), failure(ZmqArgumentError));
  }
});

prove(
  "a decision that throws, takes too long, or is no yes denies, and the rest go on",
  async (stage) => {
    const auth = new ZmqAuthenticator(stage.factory, { timeout: 30 });
    const pull = stage.bind(ZmqPullConnection, { plainServer: true });
    const errors: unknown[] = [];
    auth.on("error", (error) => errors.push(error));
    let release: (() => void) | undefined;
    auth.configurePlain(({ username }) => {
      if (username === "throws") throw new Error("no database");
      if (username === "throws nothing") throw undefined;
      if (username === "rejects") return Promise.reject(new Error("no database"));
      if (username === "waits") {
        return new Promise<boolean>((resolve) => {
          release = () => resolve(true);
        });
      }
      return (username === "one" ? 1 : username === "empty" ? "" : undefined) as never;
    });
    for (const [user, reason, failures] of [
      ["throws", "the callback threw", 1],
      ["rejects", "the callback threw", 2],
      ["waits", "no decision within 30 ms", 3],
      ["throws nothing", "the callback threw", 4],
      ["one", "wrong user name or password", 4],
      ["empty", "wrong user name or password", 4],
      ["nothing", "wrong user name or password", 4],
    ] as const) {
      const decision = await attempt(stage, auth, pull, plain(user, "x"));
      assert.deepEqual([decision.allowed, decision.reason], [false, reason]);
      assert.equal(errors.length, failures);
    }
    release?.(); // too late
    const waiting = pull.receive();
    auth.configurePlain({ ada: "löve" });
    stage.connect(ZmqPushConnection, pull, plain("ada", "löve")).send("the first message");
    assert.deepEqual((await waiting).map(String), ["the first message"]);
  },
);

prove("a callback that throws is printed where nobody listens", async (stage) => {
  const printed = stage.t.mock.method(console, "error", () => undefined);
  const auth = new ZmqAuthenticator(stage.factory);
  const pull = stage.bind(ZmqPullConnection, { plainServer: true });
  auth.configurePlain(() => {
    throw new Error("no database");
  });
  assert.equal((await attempt(stage, auth, pull, plain("ada", "x"))).allowed, false);
  const lines = printed.mock.calls.map(({ arguments: [line, error] }) => `${line} ${error}`);
  assert.match(
    lines[0] ?? "",
    /the authenticator denied a client after this error: Error: no database/,
  );
});

prove("a listener that fails is reported, and holds up no decision", async (stage) => {
  const printed = stage.t.mock.method(console, "error", () => undefined);
  const auth = new ZmqAuthenticator(stage.factory);
  const pull = stage.bind(ZmqPullConnection, { plainServer: true });
  auth.configurePlain({ ada: "löve" });
  auth.once("allowed", () => {
    throw new Error("the log is full");
  });
  auth.once("allowed", () => Promise.reject(new Error("the log is away")));
  for (let n = 0; n < 3; n++) {
    const push = stage.connect(ZmqPushConnection, pull, plain("ada", "löve"));
    await push.send("message");
    assert.deepEqual(await next(pull), ["message"]);
    await push.shutdown();
  }
  const lines = printed.mock.calls.map(({ arguments: [line, error] }) => `${line} ${error}`);
  assert.deepEqual(
    lines,
    ["full", "away"].map(
      (what) => `tx0mq: a listener of the authenticator threw: Error: the log is ${what}`,
    ),
  );
});

prove("a decision that comes after the end of the authenticator is a no", async (stage) => {
  const auth = new ZmqAuthenticator(stage.factory);
  const pull = stage.bind(ZmqPullConnection, { plainServer: true });
  const allowed = stage.t.mock.fn();
  auth.on("allowed", allowed);
  const asked = new Promise<(verdict: boolean) => void>((resolve) => {
    auth.configurePlain(() => new Promise((decide) => resolve(decide)));
  });
  stage.connect(ZmqPushConnection, pull, plain("ada", "löve"));
  const decide = await asked;
  await auth.shutdown();
  const denied = told<AuthDecision>(auth, "denied");
  decide(true);
  const { userId, reason } = await denied;
  assert.deepEqual([userId, reason], ["ada", "the authenticator has been shut down"]);
  assert.equal(allowed.mock.callCount(), 0);
});

prove("each decision is published; no password is, nor any secret key", async (stage) => {
  const published: unknown[] = [];
  const decisions: AuthDecision[] = [];
  const add = (message: unknown): void => void published.push(message);
  const decided = (message: unknown): void => void decisions.push((message as AuthTrace).decision);
  for (const name of ["send", "receive", "event", "auth"]) subscribe(`tx0mq:${name}`, add);
  subscribe("tx0mq:auth", decided);
  stage.t.after(() => {
    for (const name of ["send", "receive", "event", "auth"]) unsubscribe(`tx0mq:${name}`, add);
    unsubscribe("tx0mq:auth", decided);
  });
  const auth = new ZmqAuthenticator(stage.factory);
  auth.configurePlain({ ada: "P4ssword" });
  const pull = stage.bind(ZmqPullConnection, { plainServer: true });
  assert.equal((await attempt(stage, auth, pull, plain("ada", "P4ssword"))).allowed, true);
  assert.equal((await attempt(stage, auth, pull, plain("ada", "Wr0ngword"))).allowed, false);
  assert.deepEqual(
    decisions.slice(0, 2).map(({ allowed, userId }) => [allowed, userId]),
    [
      [true, "ada"],
      [false, "ada"],
    ],
  );
  // What a log would show, bytes as text.
  const client = stage.make(ZmqPushConnection, plain("ada", "P4ssword"));
  const everything = { depth: 20, showHidden: true, getters: true, maxArrayLength: null };
  const seen = inspect([published, auth, pull, client], everything);
  const bytes = Buffer.concat(
    published
      .flatMap((one) => (one as { frames?: Buffer[] }).frames ?? [])
      .map((frame) => Buffer.from(frame)),
  );
  for (const secret of ["P4ssword", "Wr0ngword"]) {
    assert(!seen.includes(secret) && !bytes.includes(secret));
  }
  assert.equal(channel("tx0mq:auth").hasSubscribers, true);
});

prove("one authenticator to a factory; its end lets nobody new in", async (stage) => {
  const auth = new ZmqAuthenticator(stage.factory);
  assert.throws(
    () => new ZmqAuthenticator(stage.factory),
    failure(ZmqStateError, /has a ZAP handler already/),
  );
  for (const timeout of [0, -1, Number.NaN, 2 ** 31]) {
    assert.throws(
      () => new ZmqAuthenticator(stage.factory, { timeout }),
      failure(ZmqOptionError, /timeout/),
    );
  }
  const misspelt = { timeOut: 5 } as object;
  assert.throws(
    () => new ZmqAuthenticator(stage.factory, misspelt),
    failure(ZmqOptionError, /option timeOut: there is no such option/),
  );
  auth.configureCurve("any");
  const [server, client] = [ZmqCertificate.create(), ZmqCertificate.create()];
  const pull = stage.bind(ZmqPullConnection, serverOf(server));
  assert.equal((await attempt(stage, auth, pull, clientOf(server, client))).allowed, true);
  const closed = told(auth, "close");
  await auth.shutdown();
  await closed;
  assert.equal(auth.closed, true);
  const failed = told<{ reason: string }>(pull, "handshakeFailed");
  const push = stage.connect(ZmqPushConnection, pull, clientOf(server, client));
  const message = pull.receive();
  await push.send("message");
  assert.equal((await failed).reason, "other");
  assert.equal(await settled(message), false);
  message.catch(() => undefined);
  // A new one lets the same client in when it tries again.
  const successor = new ZmqAuthenticator(stage.factory);
  successor.configureCurve([client]);
  assert.deepEqual((await message).map(String), ["message"]);
});

prove("a decision that nobody makes does not hold up the end of the process", async (stage) => {
  const child = new Child(
    stage.t,
    `const factory = new zmq.ZmqFactory();
    const auth = new zmq.ZmqAuthenticator(factory, { timeout: 3_600_000 });
    const bind = "tcp://127.0.0.1:*";
    const server = new zmq.ZmqPullConnection(factory, { bind }, { plainServer: true });
    const user = { plainUsername: "ada", plainPassword: "x" };
    new zmq.ZmqPushConnection(factory, { connect: server.address }, user);
    await new Promise((asked) => auth.configurePlain(() => new Promise(asked)));
    await factory.shutdown();`,
  );
  assert.deepEqual(await child.end, { code: 0, signal: null }, child.errors);
  assert.equal(child.errors, "");
});

prove("a malformed request is no reason to let anybody in, or to stop", async (stage) => {
  const auth = new ZmqAuthenticator(stage.factory);
  auth.configurePlain({ ada: "löve" });
  auth.configureCurve("any");
  const dealer = stage.connect(ZmqDealerConnection, ZAP);
  const ask = async (...frames: (string | Buffer)[]): Promise<string[]> => {
    await dealer.send(["", ...frames]);
    return (await next(dealer)).slice(1, 4);
  };
  const asker = ["1.0", "7", "domain", "127.0.0.1", ""] as const;
  await dealer.send("no envelope");
  assert.deepEqual(await ask("1.0"), ["1.0", "", "400"]);
  assert.deepEqual(await ask("2.0", ...asker.slice(1), "NULL"), ["1.0", "7", "400"]);
  assert.deepEqual(await ask(...asker), ["1.0", "7", "400"]);
  assert.deepEqual(await ask(...asker, "PLAIN", "ada"), ["1.0", "7", "400"]);
  assert.deepEqual(await ask(...asker, "PLAIN", "ada", "löve", "more"), ["1.0", "7", "400"]);
  assert.deepEqual(await ask(...asker, "CURVE", "short"), ["1.0", "7", "400"]);
  assert.deepEqual(await ask(...asker, "GSSAPI", "ada"), ["1.0", "7", "400"]);
  assert.deepEqual(await ask(...asker, "PLAIN", "ada", "löve"), ["1.0", "7", "200"]);
});

prove("over ipc the address is no IP address", async (stage) => {
  const auth = new ZmqAuthenticator(stage.factory);
  const pull = stage.bind(ZmqPullConnection, { zapDomain: "street" }, place("ipc"));
  assert.equal((await attempt(stage, auth, pull, {})).allowed, true);
  auth.deny("0.0.0.0/0", "::/0");
  const { allowed, address } = await attempt(stage, auth, pull, {});
  assert.equal(allowed, true);
  // Node.js does not tell who has connected.
  if (ENGINE === "zmtp") assert.equal(address, "");
  else if (process.platform === "linux") assert(address.endsWith(`:${process.pid}`), address);
  auth.allow("0.0.0.0/0");
  assert.equal((await attempt(stage, auth, pull, {})).allowed, false);
});

prove("keys are the same in Z85 and in bytes", () => {
  const { publicKey } = curveKeyPair();
  assert.equal(z85Encode(keyBytes(publicKey)), publicKey);
  assert.equal(keyBytes("HelloWorld".repeat(4)).toString("hex"), "864fd26fb559f75b".repeat(4));
  for (const wrong of ["#####".repeat(8), "~".repeat(40), "0".repeat(39), new Uint8Array(33)]) {
    assert.throws(() => keyBytes(wrong), failure(ZmqArgumentError, /40 characters/));
  }
});
