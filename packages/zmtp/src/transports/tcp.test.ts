import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { networkInterfaces } from "node:os";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { connected, Facts, Listening, pair } from "../testing/streams.js";
import { tcp } from "./tcp.js";

const LOCAL = "127.0.0.1:*";
const interfaces = Object.entries(networkInterfaces());
const loopback = interfaces.find(([, of]) => of?.some(({ address }) => address === "127.0.0.1"));
const hasIPv6 = interfaces.some(([, of]) => of?.some(({ address }) => address === "::1"));
const nothing = { accepted() {}, failed() {} };
const LINUX = process.platform === "linux";
/** How many files and sockets this process may open: Node has raised it as far as that is allowed. */
const descriptors = Number(String(spawnSync("sh", ["-c", "ulimit -n"]).stdout)); // or "unlimited"
const few = descriptors < 4096 && `a process may open ${descriptors} files here`;

test("listens at once: the port is known, and nobody else's", async (t) => {
  const { listener, place } = new Listening(tcp, LOCAL);
  assert.match(listener.address, /^tcp:\/\/127\.0\.0\.1:\d+$/);
  assert.throws(() => tcp.listen(place, {}, nothing), { code: "EADDRINUSE" });
  if (LINUX) {
    const all = place.replace("127.0.0.1", "*");
    assert.throws(() => tcp.listen(all, {}, nothing), { code: "EADDRINUSE" });
  } else t.diagnostic("BSD lets others listen at the same port of all addresses");
  await listener.close();
});

test("is free as soon as it is closed, while its connections go on", async () => {
  const { listening, client, server } = await pair(tcp, LOCAL);
  const { place } = listening;
  void listening.listener.close();
  const second = new Listening(tcp, place);
  assert.equal(second.place, place);
  client.stream.write([Buffer.from("still here")]);
  await server.until(() => server.text === "still here");
  const other = await connected(tcp, place);
  await second.nth(0);
  assert.equal(listening.accepted.length, 1);
  other.stream.destroy();
  client.stream.destroy();
  await second.listener.close();
  await second.listener.close(); // does not harm
});

test("knows wildcards and interfaces", async (t) => {
  const [name] = loopback ?? [];
  const wanted: [string, boolean, RegExp][] = [
    ["*:*", false, /^tcp:\/\/0\.0\.0\.0:\d+$/],
    ["127.0.0.1:0", true, /^tcp:\/\/127\.0\.0\.1:\d+$/],
    [`${name}:*`, false, /^tcp:\/\/127\.0\.0\.1:\d+$/],
  ];
  if (hasIPv6) {
    wanted.push(
      ["*:*", true, /^tcp:\/\/\[::\]:\d+$/],
      ["[::1]:*", false, /^tcp:\/\/\[::1\]:\d+$/],
      ["::1:*", false, /^tcp:\/\/\[::1\]:\d+$/],
      [`${name}:*`, true, /^tcp:\/\/\[::1\]:\d+$/],
    );
  }
  for (const [place, ipv6, address] of wanted) {
    await t.test(`${place}${ipv6 ? " with IPv6" : ""}`, async () => {
      const { listener } = new Listening(tcp, place, { ipv6 });
      assert.match(listener.address, address);
      await listener.close();
    });
  }
});

test("accepts both families at a wildcard with IPv6", { skip: !hasIPv6 }, async () => {
  const listening = new Listening(tcp, "*:*", { ipv6: true });
  const port = listening.place.replace(/^.*:/, "");
  for (const [n, host] of ["127.0.0.1", "[::1]", "localhost"].entries()) {
    const client = await connected(tcp, `${host}:${port}`, { ipv6: true });
    client.stream.write([Buffer.from(host)]);
    const server = await listening.nth(n);
    await server.until(() => server.text === host);
    client.stream.destroy();
  }
  await listening.stop();
});

test("listens at localhost, as libzmq does", async () => {
  for (const ipv6 of [false, true]) {
    const listening = new Listening(tcp, "localhost:*", { ipv6 });
    assert.match(listening.place, /^127\.0\.0\.1:\d+$/);
    await listening.stop();
  }
});

test("says why it cannot listen", () => {
  for (const [place, code] of [
    ["203.0.113.9:*", "EADDRNOTAVAIL"],
    ["no-such-interface:*", "ENODEV"],
    ["127.0.0.1", "EINVAL"],
    [":5555", "EINVAL"],
    ["127.0.0.1:65536", "EINVAL"],
    ["127.0.0.1:http", "EINVAL"],
    ["127.0.0.1:!", "EINVAL"],
    ["127.0.0.1:", "EINVAL"],
  ] as const) {
    assert.throws(() => tcp.listen(place, {}, nothing), { code }, place);
  }
});

test("says at once which places nobody can be at", () => {
  const told = { connected() {}, failed() {} };
  for (const place of ["x", "127.0.0.1:*", "127.0.0.1:0", "*:5555", "127.0.0.1:99999"]) {
    assert.throws(() => tcp.connect(place, {}, told), { code: "EINVAL" }, place);
  }
  const from = "no-such-interface:0;127.0.0.1:5555";
  assert.throws(() => tcp.connect(from, {}, told), { code: "ENODEV" });
});

test("carries bytes both ways, and knows the addresses", async () => {
  const { listening, client, server } = await pair(tcp, LOCAL, { tcpKeepalive: 1 });
  assert.equal(client.stream.write([Buffer.from("to "), Buffer.from("the server")]), true);
  assert.equal(server.stream.write([Buffer.from("to the client")]), true);
  await server.until(() => server.text === "to the server");
  await client.until(() => client.text === "to the client");
  assert.equal(server.stream.address, listening.listener.address);
  assert.match(client.stream.address, /^tcp:\/\/127\.0\.0\.1:\d+$/);
  assert.equal(server.stream.peerAddress, "127.0.0.1");
  assert.equal(client.stream.peerAddress, "127.0.0.1");
  assert.equal(client.drains + server.drains, 0);
  client.stream.destroy();
  await listening.stop();
});

test("connects from a source address", async (t) => {
  const listening = new Listening(tcp, LOCAL);
  const [name] = loopback ?? [];
  const sources = [`${name}:0`, "127.0.0.1:*"];
  if (LINUX) sources.push("127.0.0.2:0");
  else t.diagnostic("only Linux has all of 127/8");
  for (const [n, source] of sources.entries()) {
    const client = await connected(tcp, `${source};${listening.place}`);
    const server = await listening.nth(n);
    assert.equal(
      server.stream.peerAddress,
      source.startsWith("127.0.0.2") ? "127.0.0.2" : "127.0.0.1",
    );
    client.stream.destroy();
  }
  await listening.stop();
});

test("fails where nobody listens, and for names that are none, but never at once", async () => {
  const { listener, place } = new Listening(tcp, LOCAL);
  await listener.close();
  await assert.rejects(connected(tcp, place), { code: "ECONNREFUSED" });
  await assert.rejects(connected(tcp, `${"x".repeat(300)}:5555`), { syscall: "getaddrinfo" });
  const facts = new Facts();
  const told: string[] = [];
  tcp.connect(
    place,
    {},
    {
      connected: () => told.push("connected"),
      delayed: () => told.push("delayed"),
      failed: () => {
        told.push("failed");
        facts.changed();
      },
    },
  );
  assert.equal(told.length, 0);
  await facts.until(() => told.includes("failed"));
  assert.deepEqual(told, ["delayed", "failed"]);
});

test("a peer that resets the connection was there", async () => {
  const server = createServer((socket) => socket.resetAndDestroy()).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const wasThere = await new Promise((resolve) => {
    tcp.connect(
      `127.0.0.1:${port}`,
      {},
      {
        connected(stream) {
          stream.destroy();
          resolve(true);
        },
        failed: (_error, was) => resolve(was),
      },
    );
  });
  server.close();
  assert.equal(wasThere, true);
});

test("tells nothing of an attempt that was given up", async () => {
  const listening = new Listening(tcp, LOCAL);
  const told: string[] = [];
  const sink = {
    connected: () => told.push("connected"),
    delayed: () => told.push("delayed"),
    failed: () => told.push("failed"),
  };
  for (const place of [listening.place, "127.0.0.1:1", "localhost:1"]) {
    tcp.connect(place, { connectTimeout: 1 }, sink).cancel();
  }
  // Others that began later have come to their end.
  const client = await connected(tcp, listening.place);
  await assert.rejects(connected(tcp, "localhost:1"));
  assert.deepEqual(told, []);
  client.stream.destroy();
  await listening.stop();
});

test("gives up after connectTimeout", async () => {
  const file = fileURLToPath(new URL("../testing/deaf-process.ts", import.meta.url));
  const child = spawn(process.execPath, ["--import", "@tx0mq/smoke/ts", file], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const port = await new Promise<string>((resolve) => {
      child.stdout.once("data", (chunk: Buffer) => resolve(String(chunk).trim()));
    });
    // The first few fill the queue of those that nobody accepts.
    let failed: unknown;
    for (let n = 0; n < 20 && failed === undefined; n += 1) {
      await connected(tcp, `127.0.0.1:${port}`, { connectTimeout: 300 }).catch((error) => {
        failed = error;
      });
    }
    assert.equal((failed as NodeJS.ErrnoException).code, "ETIMEDOUT");
  } finally {
    child.kill("SIGKILL");
  }
});

test("does not take itself for a listener", async () => {
  // The system lets a socket connect to its own port, and may choose that port by itself. macOS refuses that.
  const { listener, place } = new Listening(tcp, LOCAL);
  await listener.close();
  const code = process.platform === "darwin" ? "EINVAL" : "ECONNREFUSED";
  await assert.rejects(connected(tcp, `${place};${place}`), { code });
});

test("many may connect while the process computes", { skip: !LINUX }, async () => {
  const { listener, place } = new Listening(tcp, LOCAL);
  // This process accepts nothing until all of them are connected.
  const { status } = spawnSync(process.execPath, ["--eval", CONNECTS, place], { timeout: 60_000 });
  assert.equal(status, 0);
  await listener.close();
});

/** Connects 300 times, and ends when all are there. */
const CONNECTS = `
  const { connect } = require("node:net");
  const [host, port] = process.argv[1].split(":");
  let there = 0;
  for (let n = 0; n < 300; n += 1) {
    connect(port, host, () => (there += 1) === 300 && process.exit());
  }
`;

test("carries 1,000 connections", { skip: few }, async () => {
  const listening = new Listening(tcp, LOCAL);
  const clients = await Promise.all(
    Array.from({ length: 1000 }, () => connected(tcp, listening.place)),
  );
  for (const [n, { stream }] of clients.entries()) stream.write([Buffer.from(`number ${n}`)]);
  await listening.nth(999);
  for (const server of listening.accepted) {
    await server.until(() => server.text.startsWith("number"));
    server.stream.write(server.chunks);
  }
  for (const [n, client] of clients.entries()) {
    await client.until(() => client.text.startsWith("number"));
    assert.ok(`number ${n}`.startsWith(client.text));
    client.stream.destroy();
  }
  for (const server of listening.accepted) await server.until(() => server.ends === 1);
  await listening.stop();
});
