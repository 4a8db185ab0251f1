import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { closeSync, createReadStream, ftruncateSync, openSync, writeSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { pipeline } from "node:stream/promises";
import { describe, type TestContext, test } from "node:test";
import { endsOn, Stage } from "@tx0mq/smoke";
import { ZmqDealerConnection, ZmqFactory, ZmqRouterConnection } from "tx0mq";

const MiB = 2 ** 20;
const CHUNK = 250_000;
const LIMIT = { timeout: 60_000 }; // for what never comes

describe("file transfer, model three", { concurrency: true, timeout: 240_000 }, () => {
  for (const [size, chunks] of [
    [0, 1],
    [1, 1],
    [CHUNK, 2], // the second one is empty
    [256 * MiB, 1074],
  ] as const) {
    test(`a file of ${size} bytes arrives whole`, async (t) => {
      const stage = new Stage(t, import.meta.url);
      const address = await stage.tcp();
      const file = makeFile(stage, size);
      const server = stage.start("fileio3", [
        ...["--role", "server", "--bind", address, "--file", file],
      ]);
      const client = stage.start("fileio3", ["--role", "client", "--connect", address]);
      const [, received] = await client.line(/^(\d+ chunks received.*)/);
      const hash = createHash("sha256");
      await pipeline(createReadStream(file), hash);
      assert.equal(
        received,
        `${chunks} chunks received, ${size} bytes, SHA-256 ${hash.digest("hex")}`,
      );
      const [, memory] = await client.line(/^at most (\d+) MiB/);
      assert.ok(Number(memory) < 150, `${memory} MiB for the client`);
      assert.ok(server.memory < 150, `${server.memory} MiB for the server`);
      assert.deepEqual(await client.exit(), { code: 0, signal: null });
      await endsOn("SIGINT", server);
    });
  }

  test("ten chunks are asked for at once, and one more for each that comes", async (t) => {
    const stage = new Stage(t, import.meta.url);
    await using factory = new ZmqFactory();
    const server = new ZmqRouterConnection(factory, { bind: stage.ipc("files") });
    const gone = once(server, "disconnected");
    const client = stage.start("fileio3", ["--role", "client", "--connect", stage.ipc("files")]);
    for (let asked = 0, sent = 0, id: Buffer | undefined; sent < 15; sent++) {
      for (; asked < sent + 10; asked++) {
        const [from, ...request] = await server.receive(LIMIT);
        id = from;
        assert.deepEqual(request.map(String), ["fetch", String(asked * CHUNK), String(CHUNK)]);
      }
      assert.equal(server.readable, false, "its credit is used up");
      await server.send([id ?? "", Buffer.alloc(sent < 14 ? CHUNK : 7)]);
    }
    await client.line(/^15 chunks received, 3500007 bytes/);
    await gone;
    assert.equal(server.readable, false, "nor has it asked for more meanwhile");
  });

  test("a client that dies with its ten chunks in flight leaves the server serving others", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const address = await stage.tcp();
    const server = stage.start("fileio3", [
      ...["--role", "server", "--bind", address, "--file", makeFile(stage, 40 * MiB)],
    ]);
    const start = (at: string) => stage.start("fileio3", ["--role", "client", "--connect", at]);
    await server.line(/^fileio3 listening/);
    await using factory = new ZmqFactory({ lingerPeriod: 0 });
    const stalled = new ZmqDealerConnection(factory, { connect: address });
    for (let n = 0; n < 10; n++) await stalled.send(["fetch", "0", "1000000"]); // and reads nothing
    const stuck = passSome((link) => link.pause());
    const victim = start(await relayed(t, address, stuck));
    await victim.line(/^100 chunks so far/);
    victim.kill("SIGKILL");
    const other = start(address);
    await other.line(/^168 chunks received, 41943040 bytes/);
    assert.deepEqual(await other.exit(), { code: 0, signal: null });
    await stalled.shutdown();
    assert.deepEqual(server.errors, []);
    await endsOn("SIGINT", server);
  });

  test("a client whose connection breaks gives up, for chunks are lost", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const address = await stage.tcp();
    const file = makeFile(stage, 40 * MiB);
    stage.start("fileio3", ["--role", "server", "--bind", address, "--file", file]);
    const cut = passSome((link) => link.destroy());
    const broken = await relayed(t, address, cut);
    const client = stage.start("fileio3", ["--role", "client", "--connect", broken]);
    await client.line(/the connection has broken/, { from: "stderr" });
    assert.deepEqual(await client.exit(), { code: 1, signal: null });
  });

  test("where the network is slow, it overtakes model two", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const address = await stage.tcp();
    const file = makeFile(stage, 100 * MiB);
    stage.start("fileio3", ["--role", "server", "--bind", address, "--file", file]);
    const slowly = ["--role", "client", "--connect", await relayed(t, address, passSlowly)];
    const two = stage.start("../file-transfer-2/fileio2", slowly);
    await two.line(/^100 chunks so far/);
    const three = stage.start("fileio3", slowly);
    await three.line(/^420 chunks received/);
    assert.ok(!two.lines.some((line) => line.includes("received")), "model two is still at it");
    await endsOn("SIGINT", two);
  });
});

type Pass = (from: Socket, to: Socket) => void;

/** All that is sent takes 10 ms to arrive. */
const passSlowly: Pass = (from, to) => {
  from.on("data", (data) => setTimeout(() => to.write(data), 10));
};

/** Behind a hundred chunks the way ends. */
function passSome(end: (link: Socket) => void): Pass {
  return (from, to) => {
    let passed = 0;
    from.on("data", (data) => {
      to.write(data);
      passed += data.length;
      if (passed > 110 * CHUNK) end(from);
    });
  };
}

/** @returns the address of a relay to this one */
async function relayed(t: TestContext, address: string, pass: Pass): Promise<string> {
  const { hostname, port } = new URL(address.replace("tcp:", "http:"));
  const sockets: Socket[] = [];
  const forward = (from: Socket, to: Socket): void => {
    sockets.push(from);
    pass(from, to);
    from.on("error", () => {}).on("close", () => to.destroy());
  };
  const relay = createServer((client) => {
    const server = connect(Number(port), hostname);
    forward(client, server);
    forward(server, client);
  }).listen(0, "127.0.0.1");
  await once(relay, "listening");
  t.after(() => {
    relay.close();
    for (const socket of sockets) socket.destroy();
  });
  return `tcp://127.0.0.1:${(relay.address() as AddressInfo).port}`;
}

/** A file of holes, with a number at the start of each chunk. */
function makeFile(stage: Stage, size: number): string {
  const path = `${stage.folder}/testdata`;
  const file = openSync(path, "w");
  ftruncateSync(file, size);
  const stamp = Buffer.alloc(4);
  for (let chunk = 0; (chunk + 1) * CHUNK <= size; chunk++) {
    stamp.writeUInt32BE(chunk);
    writeSync(file, stamp, 0, 4, chunk * CHUNK);
  }
  closeSync(file);
  return path;
}
