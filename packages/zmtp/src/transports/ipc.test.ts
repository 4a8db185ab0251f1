import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import * as net from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { after, test } from "node:test";
import { connected, Listening, pair } from "../testing/streams.js";
import { ipc } from "./ipc.js";

const folder = mkdtempSync(join(tmpdir(), "ipc-test-"));
after(() => rmSync(folder, { recursive: true }));
const nothing = { accepted() {}, failed() {} };

/** Leaves the file of a socket behind that nobody listens at. */
function leaveStale(path: string): void {
  const program = `require("node:net").createServer().listen(process.argv[1], () => process.exit())`;
  execFileSync(process.execPath, ["-e", program, path]);
  assert.ok(statSync(path).isSocket());
}

test("listens at a path, which is in use then, and gone afterwards", async () => {
  const path = join(folder, "feed");
  const { listening, client, server } = await pair(ipc, path);
  assert.equal(listening.listener.address, `ipc://${path}`);
  assert.equal(server.stream.address, `ipc://${path}`);
  assert.equal(server.stream.peerAddress, "");
  assert.throws(() => ipc.listen(path, {}, nothing), { code: "EADDRINUSE" });
  client.stream.write([Buffer.from("hello")]);
  await server.until(() => server.text === "hello");
  void listening.listener.close();
  assert.equal(existsSync(path), false);
  const again = new Listening(ipc, path);
  server.stream.write([Buffer.from("still here")]);
  await client.until(() => client.text === "still here");
  await again.listener.close();
  await again.listener.close(); // does not harm
  client.stream.destroy();
  await listening.stop();
});

test("takes over what is left behind, but nothing else", async () => {
  const path = join(folder, "stale");
  leaveStale(path);
  await assert.rejects(connected(ipc, path), { code: "ECONNREFUSED" });
  const { listening, client } = await pair(ipc, path);
  client.stream.destroy();
  await listening.stop();
  const file = join(folder, "text");
  writeFileSync(file, "of use");
  assert.throws(() => ipc.listen(file, {}, nothing), { code: "EADDRINUSE" });
  assert.ok(existsSync(file));
});

test("knows of listeners in other processes", { skip: process.platform !== "linux" }, () => {
  const path = join(folder, "ours");
  const { listener } = new Listening(ipc, relative(process.cwd(), path));
  const program = `process.stdout.write(String(
    require("node:fs").readFileSync("/proc/net/unix", "latin1").includes(process.argv[1])))`;
  assert.equal(String(execFileSync(process.execPath, ["-e", program, path])), "true");
  assert.throws(() => ipc.listen(path, {}, nothing), { code: "EADDRINUSE" });
  void listener.close();
});

test("makes a path up", async () => {
  const { listening, client } = await pair(ipc, "*");
  const { place } = listening;
  assert.ok(place.startsWith(tmpdir()));
  client.stream.destroy();
  await listening.stop();
  assert.equal(existsSync(dirname(place)), false);
});

test("has abstract names", { skip: process.platform !== "linux" }, async () => {
  const name = `@tx0mq-test-${process.pid}`;
  const { listening, client, server } = await pair(ipc, name);
  assert.equal(listening.listener.address, `ipc://${name}`);
  assert.throws(() => ipc.listen(name, {}, nothing), { code: "EADDRINUSE" });
  client.stream.write([Buffer.from("hello")]);
  await server.until(() => server.text === "hello");
  client.stream.destroy();
  await listening.stop();
  const { listener } = new Listening(ipc, name);
  await listener.close();
});

test("says why it cannot listen", () => {
  writeFileSync(join(folder, "file"), "");
  for (const [place, code] of [
    [join(folder, "none", "feed"), "ENOENT"],
    [join(folder, "file", "feed"), "ENOTDIR"],
    [`/tmp/${"x".repeat(103)}`, "ENAMETOOLONG"],
    ["@", "EINVAL"],
    ["", "EINVAL"],
    ["a\0b", "EINVAL"],
  ] as const) {
    assert.throws(() => ipc.listen(place, {}, nothing), { code }, place);
  }
});

test("says why it cannot connect", async () => {
  const told = { connected() {}, failed() {} };
  assert.throws(() => ipc.connect("*", {}, told), { code: "EINVAL" });
  assert.throws(() => ipc.connect(`/tmp/${"x".repeat(103)}`, {}, told), { code: "ENAMETOOLONG" });
  await assert.rejects(connected(ipc, join(folder, "nobody")), { code: "ENOENT" });
  const { listener, place } = new Listening(ipc, "*");
  let calls = 0;
  const count = () => {
    calls += 1;
  };
  ipc.connect(place, {}, { connected: count, failed: count }).cancel();
  const client = await connected(ipc, place);
  assert.equal(calls, 0);
  client.stream.destroy();
  await listener.close();
});

test("a stream that ends is closed when the peer has read all, or ended it as well", async (t) => {
  const path = join(folder, "halves");
  const server = net.createServer({ allowHalfOpen: true }).listen(path);
  t.after(() => server.close());
  const accepted = once(server, "connection") as Promise<[net.Socket]>;
  const client = await connected(ipc, path);
  const [peer] = await accepted;
  client.stream.write([Buffer.from("last")]);
  client.stream.end();
  peer.resume();
  await once(peer, "end");
  assert.equal(client.ends, 0);
  peer.end();
  await client.until(() => client.ends === 1);
});

test("a folder that was made for a path and is gone, or holds something else, does not keep it bound", async () => {
  for (const spoil of [
    (path: string) => rmSync(path, { recursive: true }),
    (path: string) => writeFileSync(join(path, "other"), ""),
  ]) {
    const listening = new Listening(ipc, "*");
    spoil(dirname(listening.place));
    await listening.listener.close();
    await listening.stop();
  }
});
