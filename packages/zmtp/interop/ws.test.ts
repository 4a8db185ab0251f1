/* ws:// beside libzmq's, as the zeromq package has it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as zmq from "zeromq";
import { CLIENT_KEYS, KINDS, NAMES, SERVER_KEYS, yes } from "../src/testing/handshakes.js";
import { Side } from "../src/testing/sides.js";
import { Facts } from "../src/testing/streams.js";
import { ws } from "../src/transports/ws.js";

const ZMQ_CLIENT = {
  NULL: {},
  PLAIN: { plainUsername: "admin", plainPassword: "secret" },
  CURVE: {
    curvePublicKey: CLIENT_KEYS.publicKey,
    curveSecretKey: CLIENT_KEYS.secretKey,
    curveServerKey: SERVER_KEYS.publicKey,
  },
};
const ZMQ_SERVER = {
  NULL: {},
  PLAIN: { plainServer: true },
  CURVE: { curveServer: true, curveSecretKey: SERVER_KEYS.secretKey },
};
const TEXT = "large".repeat(60_000);
/** libzmq's client masks what it sends where it is. */
const large = () => Buffer.from(TEXT);

for (const mechanism of NAMES) {
  test(`answers libzmq's client with ${mechanism}`, { timeout: 20_000 }, async (t) => {
    const facts = new Facts();
    const sides: Side[] = [];
    const { server } = KINDS[mechanism];
    const listener = ws.listen(
      "127.0.0.1:*/zeromq",
      { mechanism },
      {
        accepted(stream) {
          sides.push(new Side(stream, "ROUTER", server, yes));
          facts.changed();
        },
        failed: assert.ifError,
      },
    );
    const client = new zmq.Dealer({ ...ZMQ_CLIENT[mechanism], linger: 0 });
    t.after(async () => {
      for (const { session } of sides) session.destroy();
      client.close();
      await listener.close();
    });
    client.connect(listener.address);
    await client.send(["one", large(), ""]);
    await facts.until(() => sides.length > 0);
    const [side] = sides as [Side];
    assert.deepEqual(await side.text(0), ["one", TEXT, ""]);
    await side.send(["reply", large()]);
    assert.deepEqual((await client.receive()).map(String), ["reply", TEXT]);
  });

  test(`asks libzmq's server with ${mechanism}`, { timeout: 20_000 }, async (t) => {
    // libzmq takes a moment to give the ZAP address of the test before free.
    const context = new zmq.Context();
    const zap = new zmq.Reply({ context, linger: 0 });
    await zap.bind("inproc://zeromq.zap.01");
    zap.receive().then(
      ([version, id]) => zap.send([version as Buffer, id as Buffer, "200", "OK", "", ""]),
      () => {}, // nobody had to ask
    );
    const server = new zmq.Router({ ...ZMQ_SERVER[mechanism], context, linger: 0 });
    await server.bind("ws://127.0.0.1:*/zeromq");
    const place = String(server.lastEndpoint).slice("ws://".length);
    const facts = new Facts();
    let side: Side | undefined;
    const { client } = KINDS[mechanism];
    ws.connect(
      place,
      { mechanism },
      {
        connected(stream) {
          side = new Side(stream, "DEALER", client);
          facts.changed();
        },
        failed: assert.ifError,
      },
    );
    t.after(() => {
      side?.session.destroy();
      server.close();
      zap.close();
    });
    await facts.until(() => side !== undefined);
    await side?.send(["one", large(), ""]);
    const [id, ...frames] = await server.receive();
    assert.equal(String(id), "a DEALER");
    assert.deepEqual(frames.map(String), ["one", TEXT, ""]);
    await server.send([id as Buffer, "reply", large()]);
    assert.deepEqual(await side?.text(0), ["reply", TEXT]);
  });
}

test("hears what libzmq's SUB subscribes to, and its PUB", { timeout: 20_000 }, async (t) => {
  const facts = new Facts();
  const sides: Side[] = [];
  const listener = ws.listen(
    "127.0.0.1:*",
    {},
    {
      accepted(stream) {
        sides.push(new Side(stream, "PUB"));
        facts.changed();
      },
      failed: assert.ifError,
    },
  );
  const sub = new zmq.Subscriber({ linger: 0 });
  t.after(async () => {
    for (const { session } of sides) session.destroy();
    sub.close();
    await listener.close();
  });
  sub.connect(listener.address);
  sub.subscribe("topic");
  await facts.until(() => sides.length > 0);
  const [side] = sides as [Side];
  assert.deepEqual(await side.text(0), ["\x01topic"]);
  await side.send(["topic", "news"]);
  assert.deepEqual((await sub.receive()).map(String), ["topic", "news"]);
});
