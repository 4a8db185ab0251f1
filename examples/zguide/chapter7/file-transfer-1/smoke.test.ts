import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { closeSync, createReadStream, ftruncateSync, openSync, writeSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import { describe, test } from "node:test";
import { endsOn, Stage } from "@tx0mq/smoke";
import { ZmqDealerConnection, ZmqFactory } from "tx0mq";

const MiB = 2 ** 20;
const CHUNK = 250_000;
const LIMIT = { timeout: 60_000 }; // for what never comes

describe("file transfer, model one", { concurrency: true, timeout: 240_000 }, () => {
  for (const [size, chunks] of [
    [0, 0],
    [1, 1],
    [CHUNK, 1],
    [256 * MiB, 1074],
  ] as const) {
    test(`a file of ${size} bytes arrives whole`, async (t) => {
      const stage = new Stage(t, import.meta.url);
      const file = makeFile(stage, size);
      const both = stage.start("fileio1", ["--bind", "tcp://127.0.0.1:*", "--file", file]);
      const [, received] = await both.line(/^(\d+ chunks received.*)/);
      const hash = createHash("sha256");
      await pipeline(createReadStream(file), hash);
      assert.equal(
        received,
        `${chunks} chunks received, ${size} bytes, SHA-256 ${hash.digest("hex")}`,
      );
      const [, memory] = await both.line(/^at most (\d+) MiB/);
      assert.ok(Number(memory) < 200, `${memory} MiB for server and client`);
      assert.deepEqual(await both.exit(), { code: 0, signal: null });
    });
  }

  test("a file that cannot be read is found out at the start", async (t) => {
    const stage = new Stage(t, import.meta.url);
    for (const [file, why] of [
      [`${stage.folder}/none`, /ENOENT.*none/],
      [stage.folder, /EISDIR/],
    ] as const) {
      const both = stage.start("fileio1", ["--bind", "tcp://127.0.0.1:*", "--file", file]);
      assert.deepEqual(await both.exit(), { code: 1, signal: null });
      assert.match(both.errors.join("\n"), why);
    }
  });

  test("Ctrl-C ends server and client on the way", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const file = makeFile(stage, 16 * 2 ** 30);
    const both = stage.start("fileio1", ["--bind", "tcp://127.0.0.1:*", "--file", file]);
    await both.line(/^100 chunks so far/);
    await endsOn("SIGINT", both);
  });

  test("a client that is interrupted has no result; one that stops and dies holds up nobody, and costs no memory", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const address = await stage.tcp();
    const file = makeFile(stage, 16 * 2 ** 30); // nobody will get to its end
    const server = stage.start("fileio1", [
      ...["--role", "server", "--bind", address, "--file", file],
    ]);
    const client = () => stage.start("fileio1", ["--role", "client", "--connect", address]);
    const interrupted = client();
    await interrupted.line(/^100 chunks so far/);
    await endsOn("SIGINT", interrupted);
    assert.ok(!interrupted.lines.some((line) => line.includes("received")));
    await server.line(/no peer with the routing id/, { from: "stderr" });
    const victim = client();
    await victim.line(/^100 chunks so far/);
    victim.kill("SIGSTOP");

    await using factory = new ZmqFactory();
    const other = new ZmqDealerConnection(
      factory,
      { connect: address },
      { receiveHighWaterMark: 1 },
    );
    await other.send("fetch");
    for (let chunk = 0; chunk < 1000; chunk++) {
      assert.equal((await other.receive(LIMIT))[0].readUInt32BE(), chunk);
    }
    assert.ok(server.memory < 200, `${server.memory} MiB, while 250 MB went to another`);

    victim.kill("SIGKILL");
    await server.line(/no peer with the routing id/, { from: "stderr" });
    await other.send("nonsense");
    await server.line(/invalid request/, { from: "stderr" });
    assert.equal((await other.receive(LIMIT))[0].readUInt32BE(), 1000);
    await other.shutdown();
    await server.line(/no peer with the routing id/, { from: "stderr" });
    assert.equal(server.errors.length, 4, "a line each");
    await endsOn("SIGINT", server);
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
