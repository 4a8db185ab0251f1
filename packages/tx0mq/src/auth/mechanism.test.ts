import assert from "node:assert/strict";
import {
  curveKeyPair,
  type DealerOptions,
  type MonitorEvents,
  type PullOptions,
  type PushOptions,
  ZmqClosedError,
  ZmqDealerConnection,
  ZmqEndpoint,
  ZmqOptionError,
  ZmqPullConnection,
  ZmqPushConnection,
  ZmqRepConnection,
} from "../index.js";
import { at, failure, next, place, prove, type Stage, TRANSPORTS, told } from "../testing/stage.js";
import { keyBytes } from "./z85.js";

/** Says who may come in (RFC 27). */
class ZapHandler extends ZmqRepConnection {
  readonly asked: { domain: string; mechanism: string; credentials: Buffer[] }[] = [];
  admits = (_mechanism: string, _credentials: readonly Buffer[]): boolean => false;

  override async messageReceived(frames: Buffer[]): Promise<void> {
    const [version, sequence, domain, , , mechanism, ...credentials] = frames;
    assert.equal(String(version), "1.0");
    this.asked.push({ domain: String(domain), mechanism: String(mechanism), credentials });
    const verdict = this.admits(String(mechanism), credentials) ? ["200", "OK"] : ["400", "no"];
    await this.send(["1.0", sequence as Buffer, ...verdict, "", ""]);
  }
}

/** A PUSH that is let in, and whose messages are the only ones that the PULL gets. */
async function admitted(
  stage: Stage,
  pull: ZmqPullConnection,
  options: PushOptions,
): Promise<void> {
  const push = stage.connect(ZmqPushConnection, pull, options);
  await push.send("let in");
  assert.deepEqual(await next(pull), ["let in"]);
}

/** A PUSH that is not. @returns why */
async function refused(
  stage: Stage,
  pull: ZmqPullConnection,
  options: PushOptions,
  where: "here" | "there" = "here",
): Promise<string> {
  const push = stage.make(ZmqPushConnection, options);
  const failed = told<{ reason: string }>(where === "here" ? push : pull, "handshakeFailed");
  push.addEndpoints(ZmqEndpoint.connect(at(pull)));
  // If libzmq has ended the connection for good already, nothing takes the message.
  const sent = push.send("not let in").catch(failure(ZmqClosedError, /has been shut down/));
  const { reason } = await failed;
  await push.shutdown();
  await sent;
  return reason;
}

for (const transport of TRANSPORTS.filter((one) => one !== "inproc")) {
  prove(`PLAIN: user and password decide, over ${transport}`, async (stage) => {
    const zap = stage.bind(ZapHandler, {}, "inproc://zeromq.zap.01");
    zap.admits = (mechanism, [user, password]) =>
      mechanism === "PLAIN" && String(user) === "ada" && String(password) === "löve";
    const server = { plainServer: true, zapDomain: "office" };
    const pull = stage.bind(ZmqPullConnection, server, place(transport));
    const right = { plainUsername: "ada", plainPassword: "löve" };
    assert.equal(await refused(stage, pull, { ...right, plainPassword: "hate" }), "auth");
    assert.equal(await refused(stage, pull, { ...right, plainUsername: "bob" }), "auth");
    await admitted(stage, pull, right);
    assert.deepEqual([...new Set(zap.asked.map(({ domain }) => domain))], ["office"]);
    assert(zap.asked.some(({ credentials }) => String(credentials) === "ada,löve"));
    await refused(stage, pull, {}, "there"); // no mechanism at all
    await admitted(stage, pull, right);
  });

  prove(`CURVE: keys decide, over ${transport}`, async (stage) => {
    const [serverKeys, clientKeys, strangerKeys] = [curveKeyPair(), curveKeyPair(), curveKeyPair()];
    const zap = stage.bind(ZapHandler, {}, "inproc://zeromq.zap.01");
    zap.admits = (mechanism, [key]) =>
      mechanism === "CURVE" && key?.equals(keyBytes(clientKeys.publicKey)) === true;
    const server = { curveServer: true, curveSecretKey: serverKeys.secretKey, zapDomain: "vault" };
    const pull = stage.bind(ZmqPullConnection, server, place(transport));
    const right = {
      curvePublicKey: clientKeys.publicKey,
      curveSecretKey: clientKeys.secretKey,
      curveServerKey: serverKeys.publicKey,
    };
    const stranger = {
      curvePublicKey: strangerKeys.publicKey,
      curveSecretKey: strangerKeys.secretKey,
      curveServerKey: serverKeys.publicKey,
    };
    assert.equal(await refused(stage, pull, stranger), "auth");
    const { publicKey } = strangerKeys;
    await refused(stage, pull, { ...right, curveServerKey: publicKey }, "there");
    await refused(stage, pull, {}, "there");
    await admitted(stage, pull, right);
    await admitted(stage, pull, {
      curvePublicKey: keyBytes(right.curvePublicKey),
      curveSecretKey: keyBytes(right.curveSecretKey),
      curveServerKey: keyBytes(right.curveServerKey),
    });
    assert.deepEqual([...new Set(zap.asked.map(({ domain }) => domain))], ["vault"]);
  });
}

prove("NULL: the ZAP handler is asked where there is a domain", async (stage) => {
  const zap = stage.bind(ZapHandler, {}, "inproc://zeromq.zap.01");
  await admitted(stage, stage.bind(ZmqPullConnection), {});
  assert.deepEqual(zap.asked, []);
  const guarded = stage.bind(ZmqPullConnection, { zapDomain: "street" });
  assert.equal(await refused(stage, guarded, {}), "auth");
  zap.admits = () => true;
  await admitted(stage, guarded, {});
  for (const asked of zap.asked) {
    assert.deepEqual(asked, { domain: "street", mechanism: "NULL", credentials: [] });
  }
});

prove("a server whose clients nobody knows is refused, and lets nobody in", async (stage) => {
  const [server, client] = [curveKeyPair(), curveKeyPair()];
  const curve = { curveServer: true, curveSecretKey: server.secretKey };
  const curveClient = {
    curvePublicKey: client.publicKey,
    curveSecretKey: client.secretKey,
    curveServerKey: server.publicKey,
  };
  const plainClient = { plainUsername: "ada", plainPassword: "löve" };
  const kinds: [PullOptions, PushOptions, option: string, openToAll: boolean][] = [
    [curve, curveClient, "curveServer", true],
    [{ plainServer: true }, plainClient, "plainServer", false],
    [{ zapDomain: "street" }, {}, "zapDomain", true],
  ];
  for (const [options, right, option, openToAll] of kinds) {
    assert.throws(
      () => stage.bind(ZmqPullConnection, options),
      (error) => {
        failure(ZmqOptionError, /make a ZmqAuthenticator on the factory first/)(error);
        return (error as ZmqOptionError).option === option;
      },
    );
    // Where the handler has gone, and in a shared context, libzmq itself lets nobody in.
    const zap = stage.bind(ZapHandler, {}, "inproc://zeromq.zap.01");
    zap.admits = () => true;
    const pull = stage.bind(ZmqPullConnection, options);
    await admitted(stage, pull, right);
    await zap.shutdown();
    assert.equal(await refused(stage, pull, right, "there"), "other");
    const legacy = stage.bind(ZmqPullConnection, { ...options, zapEnforceDomain: false });
    if (openToAll) await admitted(stage, legacy, right);
    else assert.equal(await refused(stage, legacy, right, "there"), "other");
  }
  const clientWithDomain = { ...curveClient, zapDomain: "street", zapEnforceDomain: true };
  stage.make(ZmqPushConnection, clientWithDomain); // a client asks nobody
});

prove(
  "in a shared context the handler may be in another thread; without one nobody is let in",
  async (stage) => {
    const server = { plainServer: true };
    const client = { plainUsername: "ada", plainPassword: "löve" };
    const pull = stage.bind(ZmqPullConnection, server);
    assert.equal(await refused(stage, pull, client, "there"), "other");
  },
  { shared: true },
);

prove("a client with a wrong key of the server is told that it was hung up on", async (stage) => {
  const [server, client, other] = [curveKeyPair(), curveKeyPair(), curveKeyPair()];
  const pull = stage.bind(ZmqPullConnection, {
    curveServer: true,
    curveSecretKey: server.secretKey,
    zapEnforceDomain: false,
  });
  const push = stage.make(ZmqPushConnection, {
    curvePublicKey: client.publicKey,
    curveSecretKey: client.secretKey,
    curveServerKey: other.publicKey,
  });
  const failed = told<MonitorEvents["handshakeFailed"]>(push, "handshakeFailed");
  push.addEndpoints(ZmqEndpoint.connect(at(pull)));
  const { address, reason, error } = await failed;
  assert.deepEqual([address, reason], [at(pull), "other"]);
  assert.equal(error.message, "the peer ended the connection during the handshake");
  assert.equal((error as NodeJS.ErrnoException).code, "EPIPE");
});

prove("half a security mechanism is refused, and two of them", (stage) => {
  const [own, other] = [curveKeyPair(), curveKeyPair()];
  const [publicKey, secretKey, serverKey] = [own.publicKey, own.secretKey, other.publicKey];
  const plain = { plainUsername: "ada", plainPassword: "löve" };
  const client = {
    curvePublicKey: publicKey,
    curveSecretKey: secretKey,
    curveServerKey: serverKey,
  };
  const zeros = { text: "0".repeat(40), bytes: new Uint8Array(32) };
  const wrong: [DealerOptions, option: string, why: RegExp][] = [
    [{ curveServer: true }, "curveSecretKey", /is missing: a CURVE server/],
    [{ curveServer: true, curvePublicKey: publicKey }, "curveSecretKey", /is missing/],
    [{ curveServer: true, ...client }, "curveServerKey", /a client's/],
    [{ curveServer: true, curveSecretKey: zeros.text }, "curveSecretKey", /not all of them 0/],
    [{ curveServer: true, curveSecretKey: zeros.bytes }, "curveSecretKey", /not all of them 0/],
    [{ curveServer: true, curveSecretKey: secretKey.slice(1) }, "curveSecretKey", /40 char/],
    [{ curveServer: true, curveSecretKey: "#".repeat(40) }, "curveSecretKey", /40 char/], // no 32 bits
    [{ curvePublicKey: publicKey }, "curveSecretKey", /a CURVE client .*curveServer: true/],
    [{ curveSecretKey: secretKey }, "curvePublicKey", /is missing: a CURVE client/],
    [{ curveServerKey: serverKey }, "curvePublicKey", /is missing/],
    [{ ...client, curveServerKey: undefined } as object, "curveServerKey", /is missing/],
    [{ ...client, curveSecretKey: undefined } as object, "curveSecretKey", /is missing/],
    [
      { ...client, curveServer: false, curvePublicKey: undefined } as object,
      "curvePublicKey",
      /is mi/,
    ],
    [{ ...client, curveServerKey: keyBytes(serverKey).subarray(1) }, "curveServerKey", /32 bytes/],
    [
      { ...client, curveServerKey: `%nSc1${serverKey.slice(5)}` },
      "curveServerKey",
      /40 characters/,
    ],
    [{ ...client, curveServerKey: `${serverKey}0` }, "curveServerKey", /40 characters/],
    [{ plainUsername: "ada" }, "plainPassword", /is missing: a PLAIN client/],
    [{ plainPassword: "löve" }, "plainUsername", /is missing: a PLAIN client/],
    [{ plainServer: true, ...plain }, "plainUsername", /a client's/],
    [{ plainServer: true, plainPassword: "löve" }, "plainPassword", /a client's/],
    [{ ...plain, ...client }, "plainUsername", /one mechanism/],
    [
      { plainServer: true, curveServer: true, curveSecretKey: secretKey },
      "plainServer",
      /one mech/,
    ],
    [{ zapEnforceDomain: true }, "zapDomain", /zapEnforceDomain needs it/],
    [{ zapDomain: "" }, "zapDomain", /is 1 to 255 bytes/],
    [{ plainServer: true, zapDomain: "d".repeat(256) }, "zapDomain", /is 1 to 255 bytes/],
  ];
  for (const [options, option, why] of wrong) {
    assert.throws(
      () => stage.bind(ZmqDealerConnection, options),
      (error) => {
        failure(ZmqOptionError, why)(error);
        assert.equal((error as ZmqOptionError).option, option);
        assert(!String(error).includes(secretKey));
        return true;
      },
    );
  }
  assert.equal(stage.factory.connections.size, 0);
  stage.bind(ZapHandler, {}, "inproc://zeromq.zap.01");
  for (const options of [
    { curveServer: true, curveSecretKey: secretKey },
    { curveServer: true, curveSecretKey: secretKey, curvePublicKey: publicKey, zapDomain: "x" },
    { plainServer: true, zapDomain: "x", zapEnforceDomain: true },
    { plainServer: true, zapEnforceDomain: true },
    { plainServer: false, curveServer: false, zapEnforceDomain: false },
  ]) {
    stage.bind(ZmqDealerConnection, options);
  }
});

prove("a client is a client in whatever order its options are given", async (stage) => {
  const [serverKeys, clientKeys] = [curveKeyPair(), curveKeyPair()];
  const server = { curveSecretKey: serverKeys.secretKey, curveServer: true, plainServer: false };
  const client = {
    curveServerKey: serverKeys.publicKey,
    curveSecretKey: clientKeys.secretKey,
    curvePublicKey: clientKeys.publicKey,
    curveServer: false,
    plainServer: false,
  };
  const zap = stage.bind(ZapHandler, {}, "inproc://zeromq.zap.01");
  zap.admits = () => true;
  await admitted(stage, stage.bind(ZmqPullConnection, server), client);
  const pull = stage.bind(ZmqPullConnection, {
    zapDomain: "x",
    plainServer: true,
    curveServer: false,
  });
  const user = { plainPassword: "löve", plainUsername: "ada", plainServer: false };
  await admitted(stage, pull, { ...user, curveServer: false });
});
