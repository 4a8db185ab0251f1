import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { closeSync, createReadStream, ftruncateSync, openSync, writeSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import { describe, test } from "node:test";
import { endsOn, Stage } from "@tx0mq/smoke";
import { ZmqDealerConnection, ZmqFactory, ZmqRouterConnection } from "tx0mq";

const MiB = 2 ** 20;
const CHUNK = 250_000;
const LIMIT = { timeout: 60_000 }; // for what never comes

describe("file transfer, model two", { concurrency: true, timeout: 240_000 }, () => {
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
      const server = stage.start("fileio2", [
        ...["--role", "server", "--bind", address, "--file", file],
      ]);
      const client = stage.start("fileio2", ["--role", "client", "--connect", address]);
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

  test("a file that cannot be read is found out at the start", async (t) => {
    const stage = new Stage(t, import.meta.url);
    for (const [file, why] of [
      [`${stage.folder}/none`, /ENOENT.*none/],
      [stage.folder, /EISDIR/],
    ] as const) {
      const bind = ["--role", "server", "--bind", "tcp://127.0.0.1:*"];
      const server = stage.start("fileio2", [...bind, "--file", file]);
      assert.deepEqual(await server.exit(), { code: 1, signal: null });
      assert.match(server.errors.join("\n"), why);
    }
  });

  test("the client asks for a chunk, and for the next one when it has it", async (t) => {
    const stage = new Stage(t, import.meta.url);
    await using factory = new ZmqFactory();
    const server = new ZmqRouterConnection(factory, { bind: stage.ipc("files") });
    const gone = once(server, "disconnected");
    const client = stage.start("fileio2", ["--role", "client", "--connect", stage.ipc("files")]);
    for (const [offset, size] of [
      [0, CHUNK],
      [CHUNK, 7],
    ] as const) {
      const [id, ...request] = await server.receive(LIMIT);
      assert.deepEqual(request.map(String), ["fetch", String(offset), String(CHUNK)]);
      assert.equal(server.readable, false, "it asks for no more before it has this one");
      await server.send([id, Buffer.alloc(size)]);
    }
    await client.line(/^2 chunks received, 250007 bytes/);
    await gone;
    assert.equal(server.readable, false, "nor has it asked for more meanwhile");
  });

  test("a client may ask for any part, may ask wrongly, and may die", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const address = await stage.tcp();
    const file = makeFile(stage, 16 * 2 ** 30); // nobody will get to its end
    const server = stage.start("fileio2", [
      ...["--role", "server", "--bind", address, "--file", file],
    ]);
    const victim = stage.start("fileio2", ["--role", "client", "--connect", address]);
    await victim.line(/^100 chunks so far/);
    victim.kill("SIGKILL");

    await using factory = new ZmqFactory();
    const other = new ZmqDealerConnection(factory, { connect: address });
    const malformed = [
      ["fetch", "-1", "10"],
      ["fetch", "0", "0"],
      ["fetch", "0", "1000001"],
      ["fetch", "0x10", "10"],
      ["fetch", "9007199254740993", "10"],
      ["fetch", "0", "10", "/etc/passwd"],
      ["fetch", "0"],
      ["store", "0", "10"],
    ];
    for (const request of malformed) {
      await other.send(request);
      const [empty, why] = await other.receive(LIMIT);
      assert.equal(empty.length, 0);
      assert.match(String(why), /^wanted: "fetch", an offset, and a size from 1 to 1000000$/);
    }
    await server.count(/invalid request/, malformed.length, { from: "stderr" });
    await other.send(["fetch", String(3 * CHUNK + 2), "6"]);
    assert.deepEqual(await other.receive(LIMIT), [Buffer.of(0, 3, 0, 0, 0, 0)]);
    await other.send(["fetch", "99999999999999", "6"]);
    assert.deepEqual(
      await other.receive(LIMIT),
      [Buffer.alloc(0)],
      "past the end there is nothing",
    );
    assert.equal(server.errors.length, malformed.length);
    await endsOn("SIGTERM", server);
  });
});

/** A file of holes, with a number at the start of each chunk. */
function makeFile(stage: Stage, size: number): string {
  const path = `${stage.folder}/testdata`;
  const file = openSync(path, "w");
  ftruncateSync(file, size);
  const stamp = Buffer.alloc(4);
  for (let chunk = 0; chunk < 1100 && (chunk + 1) * CHUNK <= size; chunk++) {
    stamp.writeUInt32BE(chunk);
    writeSync(file, stamp, 0, 4, chunk * CHUNK);
  }
  closeSync(file);
  return path;
}
