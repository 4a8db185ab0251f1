import assert from "node:assert/strict";
import { once } from "node:events";
import { request } from "node:http";
import { type AddressInfo, connect as connectTo, createServer, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { WebSocket } from "ws";
import type { Authenticate } from "../mechanisms/mechanism.js";
import type { SecurityOptions } from "../mechanisms/mechanisms.js";
import { KINDS, NAMES, yes } from "../testing/handshakes.js";
import { Side } from "../testing/sides.js";
import { Facts, run } from "../testing/streams.js";
import type { TransportOptions } from "./transport.js";
import { ws } from "./ws.js";

const LOCAL = "127.0.0.1:*";
const told = { connected() {}, failed() {} };

/** A listener whose connections are sessions. */
class Sides extends Facts {
  readonly all: Side[] = [];
  readonly address: string;
  readonly place: string;

  constructor(
    t: TestContext,
    type: string,
    {
      place = LOCAL,
      security,
      authenticate,
      ...options
    }: TransportOptions & {
      place?: string;
      security?: SecurityOptions;
      authenticate?: Authenticate;
    } = {},
  ) {
    super();
    const listener = ws.listen(place, options, {
      accepted: (stream) => {
        this.all.push(new Side(stream, type, security, authenticate));
        this.changed();
      },
      failed: assert.ifError,
    });
    this.address = listener.address;
    this.place = listener.address.slice("ws://".length);
    t.after(async () => {
      for (const { session } of this.all) session.destroy();
      await listener.close();
    });
  }

  async nth(n: number): Promise<Side> {
    await this.until(() => this.all.length > n);
    return this.all[n] as Side;
  }
}

async function connect(
  t: TestContext,
  place: string,
  type: string,
  security: SecurityOptions = {},
  options: TransportOptions = {},
): Promise<Side> {
  const facts = new Facts();
  let side: Side | undefined;
  let failed: Error | undefined;
  ws.connect(place, options, {
    connected(stream) {
      side = new Side(stream, type, security);
      facts.changed();
    },
    failed(error) {
      failed = error;
      facts.changed();
    },
  });
  await facts.until(() => side !== undefined || failed !== undefined);
  if (side === undefined) throw failed;
  const { session } = side;
  t.after(() => session.destroy());
  return side;
}

for (const mechanism of NAMES) {
  test(`carries messages with ${mechanism}`, async (t) => {
    const { client: ours, server: theirs } = KINDS[mechanism];
    const options = { mechanism, security: theirs, authenticate: yes };
    const sides = new Sides(t, "ROUTER", options);
    const client = await connect(t, sides.place, "DEALER", ours, { mechanism });
    const server = await sides.nth(0);
    const large = Buffer.alloc(3_000_000, "large");
    await client.send("one", ["two", "", "frames"], [large, large.subarray(0, 70_000)], "");
    await server.send(["to", "you"]);
    assert.deepEqual(await server.text(0), ["one"]);
    assert.deepEqual(await server.text(1), ["two", "", "frames"]);
    assert.deepEqual(await server.text(3), [""]);
    assert.ok(server.messages[2]?.[0]?.equals(large));
    assert.ok(server.messages[2]?.[1]?.equals(large.subarray(0, 70_000)));
    assert.deepEqual(await client.text(0), ["to", "you"]);
    assert.equal(client.said("socket-type"), "ROUTER");
    assert.equal(server.said("identity"), "a DEALER");
    assert.equal(server.session.stream.peerAddress, "127.0.0.1");
    assert.equal(client.session.peerMinor, 0);
    client.session.finish();
    await server.until(() => server.ends.length > 0);
    await client.until(() => client.ends.length > 0);
    assert.deepEqual([server.ends, client.ends], [[undefined], [undefined]]);
  });
}

test("knows addresses and paths, and who is there first", async (t) => {
  const sides = new Sides(t, "PULL", { place: "127.0.0.1:*/zero/mq" });
  assert.match(sides.address, /^ws:\/\/127\.0\.0\.1:\d+\/zero\/mq$/);
  assert.match(new Sides(t, "PULL").address, /^ws:\/\/127\.0\.0\.1:\d+\/$/);
  const nothing = { accepted() {}, failed() {} };
  assert.throws(() => ws.listen(sides.place, {}, nothing), { code: "EADDRINUSE" });
  const port = sides.place.replace(/^.*:(\d+).*$/, "$1");
  for (const [n, place] of [
    `127.0.0.1:${port}/zero/mq`,
    `localhost:${port}`,
    `127.0.0.1:0;127.0.0.1:${port}/other`,
  ].entries()) {
    const client = await connect(t, place, "PUSH");
    await client.send(place);
    const server = await sides.nth(n);
    assert.deepEqual(await server.text(0), [place]);
    assert.equal(server.session.stream.address, sides.address);
  }
});

test("says why it cannot connect", async (t) => {
  for (const place of ["x", "127.0.0.1:*/", "a b:1/", "*:1/"]) {
    assert.throws(() => ws.connect(place, {}, told), { code: "EINVAL" }, place);
  }
  await assert.rejects(connect(t, "127.0.0.1:1/", "PUSH"), { code: "ECONNREFUSED" });
  const sides = new Sides(t, "PULL");
  const other = connect(t, sides.place, "PUSH", {}, { mechanism: "PLAIN" });
  await assert.rejects(other, { code: "EPROTO" });
  let calls = 0;
  const count = () => {
    calls += 1;
  };
  const sink = { connected: count, failed: count };
  ws.connect(sides.place, {}, sink).cancel();
  const attempt = ws.connect(sides.place, {}, { ...sink, delayed: () => attempt.cancel() });
  await connect(t, sides.place, "PUSH");
  assert.equal(calls, 0);
});

test("speaks to peers that have no mechanism", async (t) => {
  const sides = new Sides(t, "ROUTER");
  const peer = new WebSocket(sides.address, ["other", "ZWS2.0"]);
  t.after(() => peer.terminate());
  const got: string[] = [];
  const facts = new Facts();
  peer.on("message", (message: Buffer) => {
    got.push(message.toString("latin1"));
    facts.changed();
  });
  await once(peer, "open");
  for (const message of ["\0bob", "\x01first", "\0second"]) peer.send(Buffer.from(message));
  const server = await sides.nth(0);
  assert.deepEqual(await server.text(0), ["first", "second"]);
  assert.equal(server.said("identity"), "bob");
  assert.equal(server.said("socket-type"), "DEALER");
  await server.send(["a", "reply"]);
  await facts.until(() => got.length === 3);
  assert.deepEqual(got, ["\0a ROUTER", "\x01a", "\0reply"]);
});

test("asks a ZAP handler before a peer without a mechanism may send", async (t) => {
  let let_in = () => {};
  const asked = new Promise<void>((resolve) => {
    let_in = resolve;
  });
  const authenticate: Authenticate = async (...credentials) => {
    await asked;
    return yes(...credentials);
  };
  const sides = new Sides(t, "PULL", { authenticate });
  const peer = new WebSocket(sides.address, "ZWS2.0");
  t.after(() => peer.terminate());
  await once(peer, "open");
  peer.send(Buffer.from("\0bob"));
  peer.send(Buffer.from("\0early"));
  peer.ping();
  const server = await sides.nth(0);
  await connect(t, sides.place, "PUSH"); // has gone to and fro
  assert.equal(server.isReady, false);
  let_in();
  assert.deepEqual(await server.text(0), ["early"]);
});

test("ends with peers that speak anything else", async (t) => {
  const sides = new Sides(t, "PULL");
  const url = sides.address.replace("ws:", "http:");
  const asked = request(url).end();
  const [response] = await once(asked, "response");
  assert.equal(response.statusCode, 426);
  response.resume();
  for (const names of [[], ["chat", "ZWS1.0"]]) {
    const [error] = await once(new WebSocket(sides.address, names), "error");
    assert.match(error.message, /400/);
  }
  for (const [n, message] of ["text", Buffer.alloc(0)].entries()) {
    const peer = new WebSocket(sides.address, {
      headers: { "Sec-WebSocket-Protocol": "ZWS2.0/NULL" },
    });
    peer.on("upgrade", ({ headers }) => {
      delete headers["sec-websocket-protocol"];
    });
    await once(peer, "open");
    peer.send(message);
    const server = await sides.nth(n);
    await server.until(() => server.ends.length > 0);
    assert.match(String(server.ends[0]), /none of ZWS/);
  }
});

test("ends with peers that set flags that there are not", async (t) => {
  const sides = new Sides(t, "PULL");
  for (const [n, flags] of [3, 4, 0x80].entries()) {
    const peer = new WebSocket(sides.address, "ZWS2.0");
    t.after(() => peer.terminate());
    await once(peer, "open");
    for (const message of ["\0id", "\0good"]) peer.send(Buffer.from(message));
    peer.send(Buffer.of(flags, 120));
    const server = await sides.nth(n);
    await server.until(() => server.ends.length > 0 || server.messages.length > 1);
    assert.match(String(server.ends[0]), /a frame with the flags/);
    assert.deepEqual(server.messages.map(String), ["good"]);
  }
});

test("refuses messages that are too large before they are there", async (t) => {
  const sides = new Sides(t, "PULL", { maxMessageSize: 100_000 });
  const client = await connect(t, sides.place, "PUSH");
  const server = await sides.nth(0);
  await client.send(Buffer.alloc(100_000), Buffer.alloc(200_000));
  await server.until(() => server.ends.length > 0);
  assert.match(String(server.ends[0]), /payload/);
  assert.equal(server.messages.length, 1);
});

test("waits for a reader that pauses, and gives it everything in order", async (t) => {
  const sides = new Sides(t, "PULL");
  const client = await connect(t, sides.place, "PUSH");
  const server = await sides.nth(0);
  await server.until(() => server.session.ready);
  const limit = 500;
  const read = server.read.bind(server);
  server.read = () => {
    // Takes one, and then no more for a while.
    const one = server.session.read();
    if (one === undefined) return;
    server.messages.push(one);
    server.session.pause();
    server.changed();
  };
  await client.until(() => client.session.ready);
  let sent = 0;
  const body = Buffer.alloc(100_000);
  const send = () => {
    do {
      body.writeUInt32BE(sent);
      client.session.add(Buffer.from(body));
      sent += 1;
    } while (client.session.flush() && sent < limit);
  };
  send();
  await server.until(() => server.messages.length > 0);
  // The system's buffers may take more, but not all.
  for (let turns = 0, seen = 0; turns < 500; turns++) {
    if (client.drains > seen) send();
    seen = client.drains;
    await turn();
  }
  assert.ok(sent < limit);
  server.read = read;
  read();
  while (sent < limit) {
    const { drains } = client;
    await client.until(() => client.drains > drains || client.session.idle);
    send();
  }
  await server.until(() => server.messages.length === limit);
  for (const [n, [frame]] of server.messages.entries()) assert.equal(frame?.readUInt32BE(), n);
});

/** A peer without a mechanism, whose server is ready, and the pongs that it gets. */
async function pinging(t: TestContext) {
  const sides = new Sides(t, "DEALER");
  const peer = new WebSocket(sides.address, "ZWS2.0");
  t.after(() => peer.terminate());
  const pongs: string[] = [];
  const facts = new Facts();
  peer.on("pong", (said) => {
    pongs.push(String(said));
    facts.changed();
  });
  await once(peer, "open");
  peer.send(Buffer.from("\0bob"));
  const server = await sides.nth(0);
  await server.until(() => server.isReady);
  const pingOften = async () => {
    for (let n = 0; n < 500; n += 1) peer.ping(String(n));
    await new Promise((resolve) => peer.send(Buffer.from("\0behind"), resolve));
  };
  return { peer, server, pongs, facts, pingOften };
}

test("keeps a peer whose pings have come while the reader paused", async (t) => {
  const { server, pongs, facts, pingOften } = await pinging(t);
  server.session.pause();
  await pingOften();
  server.session.readOn();
  assert.deepEqual(await server.text(0), ["behind"]);
  await facts.until(() => pongs.at(-1) === "499");
});

test("answers only the last ping of a peer that does not read", async (t) => {
  const { peer, server, pongs, facts, pingOften } = await pinging(t);
  peer.pause();
  do server.session.add(Buffer.alloc(1_000_000));
  while (server.session.flush());
  await pingOften();
  assert.deepEqual(await server.text(0), ["behind"]);
  peer.resume();
  await facts.until(() => pongs.length > 0);
  assert.deepEqual(pongs, ["499"]);
});

test("does not keep the process alive", async () => {
  assert.deepEqual(await run("idle-process.ts", ["ws"]), { code: 0, output: "ended 0\n" });
});

/** A connection that says what it is told, and what it hears in return. */
async function raw(
  place: string,
  said: string,
  allowHalfOpen = false,
): Promise<{ socket: Socket; heard: () => string }> {
  const { port } = new URL(`ws://${place}`);
  const socket = connectTo({ host: "127.0.0.1", port: Number(port), allowHalfOpen });
  let heard = "";
  socket.on("error", () => undefined);
  socket.on("data", (chunk: Buffer) => {
    heard += chunk;
  });
  await once(socket, "connect");
  socket.write(said);
  return { socket, heard: () => heard };
}

/** Without which a test would wait for ever. */
const LIMIT = { timeout: 60_000 };

const ASKS = (name: string) =>
  [
    ...["GET / HTTP/1.1", "Host: here", "Connection: Upgrade", "Upgrade: websocket"],
    ...["Sec-WebSocket-Version: 13", `Sec-WebSocket-Key: ${Buffer.alloc(16).toString("base64")}`],
    ...[`Sec-WebSocket-Protocol: ${name}`, "", ""],
  ].join("\r\n");

test(
  "a request that is refused keeps no connection, though its peer talks on",
  LIMIT,
  async (t) => {
    const sides = new Sides(t, "PULL");
    const { socket, heard } = await raw(sides.place, ASKS("another"), true);
    t.after(() => socket.destroy());
    await once(socket, "end");
    assert.match(heard(), /^HTTP\/1.1 400/);
    for (; !socket.destroyed; await new Promise((resolve) => setImmediate(resolve)))
      socket.write("x");
  },
);

test("whose request is not whole when the listener closes does not get in", LIMIT, async (t) => {
  const listener = ws.listen(LOCAL, {}, { accepted: () => assert.fail("it got in"), failed() {} });
  const { socket } = await raw(listener.address.slice("ws://".length), "GET / HTTP/1.1\r\n");
  t.after(() => socket.destroy());
  for (let n = 0; n < 3; n += 1) await new Promise((resolve) => setImmediate(resolve));
  await listener.close();
  await once(socket, "close");
});

test(
  "who asks for no WebSocket, or gets no answer, has as long as for a handshake",
  LIMIT,
  async (t) => {
    const there = new Sides(t, "PULL", { handshakeInterval: 2000 });
    const client = await connect(t, there.place, "PUSH");
    const server = await there.nth(0);
    const { port } = new URL(there.address);
    const late = ["", "GET / HTTP/1.1\r\nHost: "].map(async (said) => {
      const socket = connectTo(Number(port), "127.0.0.1").on("error", () => undefined);
      socket.write(said);
      await once(socket.resume(), "close");
    });
    await Promise.all(late);
    await client.send("who has asked in time stays");
    assert.deepEqual(await server.text(0), ["who has asked in time stays"]);

    const silent = createServer((socket) => t.after(() => socket.destroy())).listen(0, "127.0.0.1");
    t.after(() => silent.close());
    await once(silent, "listening");
    const place = `127.0.0.1:${(silent.address() as AddressInfo).port}/`;
    const refused = connect(t, place, "PUSH", {}, { handshakeInterval: 50 });
    await assert.rejects(refused, { code: "ETIMEDOUT" });
  },
);

test("a fragment in an address is refused", () => {
  const sink = { connected() {}, accepted() {}, failed() {} };
  for (const open of [ws.connect, ws.listen]) {
    assert.throws(() => open("127.0.0.1:5555/a#b", {}, sink), { code: "EINVAL" });
  }
});

test("a bound of 2 GiB and more is none for the package", async (t) => {
  const options = { maxMessageSize: 2 ** 32 };
  const sides = new Sides(t, "PULL", options);
  const client = await connect(t, sides.place, "PUSH", {}, options);
  await client.send("x".repeat(1000));
  assert.equal((await (await sides.nth(0)).text(0))[0]?.length, 1000);
});

test("a message that is too large for a handshake is not put together", LIMIT, async (t) => {
  const sides = new Sides(t, "PULL");
  const { socket, heard } = await raw(sides.place, ASKS("ZWS2.0/NULL"));
  t.after(() => socket.destroy());
  while (!heard().includes("\r\n\r\n")) await once(socket, "data");
  const header = Buffer.alloc(14);
  header.writeUInt16BE(0x82ff); // binary, with a mask, of 64 bits
  header.writeUInt32BE(1, 2); // 4 GiB
  socket.write(header);
  socket.write(Buffer.alloc(300_000));
  const side = await sides.nth(0);
  await side.until(() => side.ends.length > 0);
  assert.match(String(side.ends[0]), /too large/);
});
