/*
 * The authenticator and certificates beside pyzmq's, either side the server. Needs Debian's python3-zmq; it
 * is no part of `npm test`.
 */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import {
  type ConnectionOptions,
  ZmqAuthenticator,
  ZmqCertificate,
  ZmqFactory,
  ZmqPullConnection,
  ZmqPushConnection,
} from "../src/index.js";

const PEER = fileURLToPath(new URL("auth-peer.py", import.meta.url));
const BIND = "tcp://127.0.0.1:*";
const MAKE = `import sys, shutil, zmq.auth
for name in ("server", "ada", "eve"): zmq.auth.create_certificates(sys.argv[1], name, {"name": name})
shutil.copy(sys.argv[1] + "/ada.key", sys.argv[1] + "/clients")`;
const python = ["python3", "/usr/bin/python3"].find(
  (one) => spawnSync(one, ["-c", "import zmq"]).status === 0,
);

/** A test with a folder of certificates that one of the two has made, and a factory. */
function beside(
  what: string,
  run: (t: TestContext, folder: string, factory: ZmqFactory) => Promise<void>,
): void {
  for (const maker of ["tx0mq", "pyzmq"]) {
    test(`${what}, certificates by ${maker}`, { timeout: 60_000 }, async (t) => {
      if (python === undefined) return t.skip("python3-zmq is not installed");
      const folder = await mkdtemp(join(tmpdir(), "tx0mq-"));
      t.after(() => rm(folder, { recursive: true, force: true }));
      await mkdir(join(folder, "clients"));
      if (maker === "pyzmq") assert.equal(spawnSync(python, ["-c", MAKE, folder]).status, 0);
      else {
        for (const name of ["server", "ada", "eve"]) {
          const certificate = ZmqCertificate.create({ name });
          await certificate.save(join(folder, `${name}.key`));
          if (name === "ada") await certificate.save(join(folder, "clients/ada.key"));
        }
      }
      const factory = new ZmqFactory({ lingerPeriod: 0 });
      t.after(() => factory.shutdown());
      await run(t, folder, factory);
    });
  }
}

/** A peer in Python, and what it prints. */
function peer(t: TestContext, ...args: string[]): AsyncIterator<string> {
  const child = spawn(python ?? "", [PEER, ...args], { stdio: ["pipe", "pipe", "inherit"] });
  t.after(() => {
    child.stdin.end();
    return once(child, "exit");
  });
  return createInterface(child.stdout)[Symbol.asyncIterator]();
}

async function keys(folder: string, name: string): Promise<ConnectionOptions> {
  const [own, server] = await Promise.all([
    ZmqCertificate.load(join(folder, `${name}.key_secret`)),
    ZmqCertificate.load(join(folder, "server.key")),
  ]);
  return {
    curvePublicKey: own.publicKey,
    curveSecretKey: own.secretKey,
    curveServerKey: server.publicKey,
  };
}

beside("clients of pyzmq, and our authenticator", async (t, folder, factory) => {
  const auth = new ZmqAuthenticator(factory);
  auth.allow("127.0.0.1");
  auth.configurePlain({ ada: "secret" });
  auth.configureCurve(await ZmqCertificate.loadFolder(join(folder, "clients")));
  const { secretKey } = await ZmqCertificate.load(join(folder, "server.key_secret"));
  for (const [mechanism, options, right, wrong] of [
    ["PLAIN", { plainServer: true }, "secret", "bogus"],
    ["CURVE", { curveServer: true, curveSecretKey: secretKey }, "ada.key_secret", "eve.key_secret"],
  ] as const) {
    const server = new ZmqPullConnection(factory, { bind: BIND }, options);
    const message = server.receive();
    const failed = once(server, "handshakeFailed");
    peer(t, "client", "NULL", folder, server.address);
    await failed;
    const denied = once(auth, "denied");
    peer(t, "client", mechanism, folder, server.address, wrong);
    assert.equal((await denied)[0].mechanism, mechanism);
    peer(t, "client", mechanism, folder, server.address, right);
    assert.deepEqual((await message).map(String), ["from pyzmq"]);
  }
});

beside("our clients, and the authenticator of pyzmq", async (t, folder, factory) => {
  const cases: [string, ConnectionOptions, ConnectionOptions | undefined][] = [
    ["NULL", {}, undefined],
    [
      "PLAIN",
      { plainUsername: "ada", plainPassword: "secret" },
      { plainUsername: "ada", plainPassword: "bogus" },
    ],
    ["CURVE", await keys(folder, "ada"), await keys(folder, "eve")],
  ];
  for (const [mechanism, right, wrong] of cases) {
    const server = peer(t, "server", mechanism, folder, BIND);
    const connect = JSON.parse((await server.next()).value);
    if (wrong !== undefined) {
      const intruder = new ZmqPushConnection(factory, [], wrong);
      const failed = once(intruder, "handshakeFailed");
      intruder.addEndpoints({ connect });
      intruder.send("from an intruder").catch(() => undefined);
      assert.equal((await failed)[0].reason, "auth");
      await intruder.shutdown();
    }
    const client = new ZmqPushConnection(factory, { connect }, right);
    await client.send("from tx0mq");
    assert.equal(JSON.parse((await server.next()).value), "from tx0mq");
  }
});
