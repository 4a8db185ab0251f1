/* Sessions with NULL, PLAIN and CURVE beside libzmq's, either side the server. */

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { curveKeyPair } from "tx0mq";
import { type Authenticate, AuthenticationError } from "../src/mechanisms/mechanism.js";
import { chooseMechanism, type SecurityOptions } from "../src/mechanisms/mechanisms.js";
import { writeCommand, writeMetadata, writePing } from "../src/protocol/commands.js";
import type { Message, Outgoing } from "../src/protocol/message.js";
import { Session } from "../src/session.js";
import { OPTIONS } from "../src/testing/sides.js";
import { tcp } from "../src/transports/tcp.js";
import type { Stream } from "../src/transports/transport.js";

const PEER = fileURLToPath(new URL("curve-peer.py", import.meta.url));
const python = ["python3", "/usr/bin/python3"].find(
  (one) => spawnSync(one, ["-c", "import zmq"]).status === 0,
);
const skip = python === undefined && "python3-zmq is not installed";

const SERVER = curveKeyPair();
const CLIENT = curveKeyPair();

interface Kind {
  readonly client: SecurityOptions;
  readonly server: SecurityOptions;
  /** The same for libzmq. */
  readonly zmqClient: Record<string, string | number>;
  readonly zmqServer: Record<string, string | number>;
}

const KINDS: Record<string, Kind> = {
  NULL: { client: {}, server: {}, zmqClient: {}, zmqServer: { ZAP_DOMAIN: "x" } },
  PLAIN: {
    client: { plainUsername: "admin", plainPassword: "secret" },
    server: { plainServer: true },
    zmqClient: { PLAIN_USERNAME: "admin", PLAIN_PASSWORD: "secret" },
    zmqServer: { PLAIN_SERVER: 1 },
  },
  CURVE: {
    client: {
      curvePublicKey: CLIENT.publicKey,
      curveSecretKey: CLIENT.secretKey,
      curveServerKey: SERVER.publicKey,
    },
    server: { curveServer: true, curveSecretKey: SERVER.secretKey },
    zmqClient: {
      CURVE_PUBLICKEY: CLIENT.publicKey,
      CURVE_SECRETKEY: CLIENT.secretKey,
      CURVE_SERVERKEY: SERVER.publicKey,
    },
    zmqServer: { CURVE_SERVER: 1, CURVE_SECRETKEY: SERVER.secretKey, ZAP_DOMAIN: "x" },
  },
};

/** A libzmq of its own, and the lines that it prints. */
function peer(t: TestContext, order: object): (wanted: RegExp) => Promise<string> {
  const child = spawn(python ?? "", [PEER, JSON.stringify(order)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  t.after(() => child.kill());
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return async (wanted) => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new Error(`it never said ${wanted}`);
      if (wanted.test(value)) return value;
    }
  };
}

/** What a session tells, one after the other. */
class Tells {
  readonly #told: (Message | "ready" | { ended: Error | undefined })[] = [];
  #wake: (() => void) | undefined;

  tell(what: Message | "ready" | { ended: Error | undefined }): void {
    this.#told.push(what);
    this.#wake?.();
  }

  async next(): Promise<Message | "ready" | { ended: Error | undefined }> {
    for (;;) {
      const first = this.#told.shift();
      if (first !== undefined) return first;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

function begin(
  t: TestContext,
  stream: Stream,
  security: SecurityOptions,
  type: string,
  tells: Tells,
  authenticate?: Authenticate,
): Session {
  const choice = chooseMechanism(security);
  const metadata = writeMetadata({ "Socket-Type": type, Identity: "" });
  const session = new Session(stream, OPTIONS, choice, {
    commands: ["SUBSCRIBE", "CANCEL"],
    mechanism(greeting) {
      choice.check(greeting);
      return choice.create({ metadata, authenticate });
    },
    ready: () => tells.tell("ready"),
    readable() {
      for (let one = session.read(); one !== undefined; one = session.read()) tells.tell(one);
    },
    drained() {},
    ended: (error) => tells.tell({ ended: error }),
  });
  t.after(() => session.destroy());
  return session;
}

/** Listens; each connection is a session. */
function listen(
  t: TestContext,
  security: SecurityOptions,
  type: string,
  authenticate?: Authenticate,
): { address: string; sessions: Session[]; tells: Tells } {
  const sessions: Session[] = [];
  const tells = new Tells();
  const listener = tcp.listen(
    "127.0.0.1:*",
    {},
    {
      accepted(stream) {
        sessions.push(begin(t, stream, security, type, tells, authenticate));
      },
      failed: assert.ifError,
    },
  );
  t.after(() => listener.close());
  return { address: listener.address, sessions, tells };
}

async function connect(t: TestContext, port: string, security: SecurityOptions, type: string) {
  const tells = new Tells();
  const stream = await new Promise<Stream>((resolve, reject) => {
    tcp.connect(`127.0.0.1:${port}`, {}, { connected: resolve, failed: reject });
  });
  return { session: begin(t, stream, security, type, tells), tells };
}

const SENT: readonly Outgoing[] = [
  "one",
  ["two", "", "frames"],
  "",
  Buffer.alloc(255, "x"),
  Buffer.alloc(300, "y"),
  ["", Buffer.alloc(200_000, "z")],
];
const plain = (message: Outgoing): string[] =>
  (Array.isArray(message) ? message : [message]).map((frame) => Buffer.from(frame).toString());

/** All that is sent comes back. */
async function converse(session: Session, tells: Tells): Promise<void> {
  for (let round = 0; round < 3; round += 1) {
    for (const message of SENT) session.add(message);
    session.addCommand(writePing(0));
    session.flush();
    for (const message of SENT) {
      const got = await tells.next();
      assert.ok(Array.isArray(got), String(got));
      assert.deepEqual(
        got.map((frame) => frame.toString()),
        plain(message),
      );
    }
  }
}

const LIMIT = { timeout: 60_000, skip };

for (const [name, { client, server, zmqClient, zmqServer }] of Object.entries(KINDS)) {
  const zap = { admin: "secret" };

  test(`${name}: a client of libzmq's, and messages both ways`, LIMIT, async (t) => {
    const asked: string[] = [];
    const { address, sessions, tells } = listen(t, server, "DEALER", async (mechanism) => {
      asked.push(mechanism);
      return { status: "200", text: "OK", userId: "joe", metadata: new Map() };
    });
    const said = peer(t, { type: "DEALER", connect: address, options: zmqClient });
    await said(/^succeeded/);
    assert.equal(await tells.next(), "ready");
    const [session] = sessions as [Session];
    assert.equal(session.mechanism?.userId, "joe");
    assert.equal(session.mechanism?.peer.get("socket-type")?.toString(), "DEALER");
    assert.deepEqual(asked, [name]);
    await converse(session, tells);
  });

  test(`${name}: a server of libzmq's, and messages both ways`, LIMIT, async (t) => {
    const said = peer(t, { type: "DEALER", options: zmqServer, zap });
    const port = (await said(/^port/)).slice(5);
    const { session, tells } = await connect(t, port, client, "DEALER");
    assert.equal(await tells.next(), "ready");
    await converse(session, tells);
  });

  test(`${name}: a client of libzmq's that may not come in`, LIMIT, async (t) => {
    const { address, tells } = listen(t, server, "DEALER", async () => {
      return { status: "400", text: "no", userId: "", metadata: new Map() };
    });
    const said = peer(t, { type: "DEALER", connect: address, options: zmqClient });
    assert.equal(await said(/^(auth|protocol|other|succeeded)/), "auth 400");
    const told = await tells.next();
    assert.ok(typeof told === "object" && "ended" in told);
    assert.ok(told.ended instanceof AuthenticationError);
  });

  test(`${name}: a client of libzmq's that may come in later comes again`, LIMIT, async (t) => {
    const answers = ["300", "300", "200"];
    const { address, tells } = listen(t, server, "DEALER", async () => {
      return { status: answers.shift() ?? "400", text: "", userId: "", metadata: new Map() };
    });
    const said = peer(t, { type: "DEALER", connect: address, options: zmqClient });
    assert.match(await said(/^(auth|protocol|other|succeeded)/), /^other/);
    await said(/^succeeded/);
    for (let told = await tells.next(); told !== "ready"; told = await tells.next()) {
      assert.ok(typeof told === "object" && "ended" in told);
    }
  });

  test(`${name}: a server of libzmq's that does not let us in`, LIMIT, async (t) => {
    const said = peer(t, { type: "DEALER", options: zmqServer, zap, deny: true });
    const port = (await said(/^port/)).slice(5);
    const { tells } = await connect(t, port, client, "DEALER");
    const told = await tells.next();
    assert.ok(typeof told === "object" && "ended" in told);
    assert.ok(told.ended instanceof AuthenticationError, String(told.ended));
    assert.equal(told.ended.status, "400");
    assert.equal(await said(/^(auth|protocol|other|succeeded)/), "auth 400");
  });

  test(`${name}: subscriptions of libzmq's, and ours`, LIMIT, async (t) => {
    const { address, sessions, tells } = listen(t, server, "PUB", async () => {
      return { status: "200", text: "", userId: "", metadata: new Map() };
    });
    const options = { ...zmqClient, SUBSCRIBE: "topic" };
    peer(t, { type: "SUB", connect: address, options });
    assert.equal(await tells.next(), "ready");
    assert.deepEqual(await tells.next(), [Buffer.from("\x01topic")]);
    assert.equal(sessions.length, 1);

    const said = peer(t, { type: "XPUB", options: zmqServer, zap });
    const port = (await said(/^port/)).slice(5);
    const sub = await connect(t, port, client, "SUB");
    assert.equal(await sub.tells.next(), "ready");
    // An XPUB that sends back what it gets: the subscription is its first message.
    sub.session.addCommand(writeCommand("SUBSCRIBE", Buffer.from("\x01")));
    sub.session.flush();
    assert.deepEqual(await sub.tells.next(), [Buffer.from("\x01\x01")]);
  });
}

test("CURVE: a client of libzmq's with the wrong key of the server", LIMIT, async (t) => {
  const { address, tells } = listen(t, KINDS.CURVE?.server ?? {}, "DEALER");
  const options = { ...KINDS.CURVE?.zmqClient, CURVE_SERVERKEY: CLIENT.publicKey };
  const said = peer(t, { type: "DEALER", connect: address, options });
  const told = await tells.next();
  assert.ok(typeof told === "object" && "ended" in told);
  assert.equal((told.ended as NodeJS.ErrnoException).code, "EPROTO");
  assert.match(await said(/^(auth|protocol|other|succeeded)/), /^other/);
});
