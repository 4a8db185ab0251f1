import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { connected, pair, run } from "../testing/streams.js";
import { ipc } from "./ipc.js";
import { tcp } from "./tcp.js";
import type { StreamSink } from "./transport.js";

/** More than the system's buffers hold. */
const MUCH = 64 << 20;

for (const [name, transport, place] of [
  ["tcp", tcp, "127.0.0.1:*"],
  ["ipc", ipc, "*"],
] as const) {
  describe(`a stream of ${name}`, () => {
    for (const size of [MUCH, 1000, 100_000]) {
      test(`tells when all has left, with ${size} bytes a write, though the reader pauses`, async () => {
        const { listening, client, server } = await pair(transport, place);
        server.stream.pause();
        const piece = Buffer.alloc(size, "x");
        let sent = 0;
        do sent += size;
        while (client.stream.write([piece]));
        // Another connection has gone to and fro: the reader would have read by then.
        const other = await connected(transport, listening.place);
        const echo = await listening.nth(1);
        for (let n = 0; n < 10; n += 1) {
          other.stream.write([Buffer.from("?")]);
          await echo.until(() => echo.size > n);
        }
        assert.equal(client.drains, 0);
        assert.ok(server.size <= size);
        // One more, behind what waits, and one that has two pieces.
        assert.equal(client.stream.write([piece]), false);
        assert.equal(client.stream.write([piece, piece]), false);
        sent += 3 * size;
        server.stream.resume();
        await server.until(() => server.size === sent);
        await client.until(() => client.drains > 0);
        assert.equal(client.drains, 1);
        assert.equal(client.stream.write([Buffer.from("!")]), true);
        await server.until(() => server.size === sent + 1);
        assert.equal(client.drains, 1);
        other.stream.destroy();
        client.stream.destroy();
        await listening.stop();
      });
    }

    test("is read into memory that is lent, or to where it belongs, on both sides", async () => {
      const { listening, client, server } = await pair(transport, place);
      for (const [from, to] of [
        [client, server],
        [server, client],
      ] as const) {
        const sink: StreamSink = to;
        const take = to.data.bind(to);
        const lent: boolean[] = [];
        const memory = Buffer.alloc(20);
        let filled = 0;
        sink.data = (chunk, isLent = false) => {
          lent.push(isLent);
          sink.room = () => (filled < memory.length ? memory.subarray(filled) : undefined);
          take(chunk, isLent);
        };
        sink.filled = (size) => {
          filled += size;
          to.changed();
        };
        from.stream.write([Buffer.from("small")]);
        await to.until(() => to.size === 5);
        from.stream.write([Buffer.alloc(memory.length, "x")]);
        await to.until(() => filled === memory.length);
        from.stream.write([Buffer.from("again")]);
        await to.until(() => to.size === 10);
        assert.deepEqual([to.text, String(memory)], ["smallagain", "x".repeat(memory.length)]);
        assert.deepEqual(lent, [true, true]);
      }
      client.stream.destroy();
      await listening.stop();
    });

    test("ends when all has left", async () => {
      const { listening, client, server } = await pair(transport, place);
      server.stream.pause();
      assert.equal(client.stream.write([Buffer.alloc(MUCH)]), false);
      client.stream.end();
      assert.equal(client.ends, 0);
      server.stream.resume();
      await server.until(() => server.ends === 1);
      assert.equal(server.size, MUCH);
      assert.equal(server.error, undefined);
      await client.until(() => client.ends === 1);
      assert.equal(client.error, undefined);
      assert.equal(client.stream.write([Buffer.from("late")]), false);
      await listening.stop();
    });

    test("ends at once, and tells nothing of what it was told", async () => {
      const { listening, client, server } = await pair(transport, place);
      client.stream.write([Buffer.from("last words")]);
      client.stream.destroy();
      assert.equal(client.stream.write([Buffer.from("late")]), false);
      client.stream.end();
      client.stream.pause();
      client.stream.resume();
      client.stream.destroy();
      await server.until(() => server.ends === 1);
      assert.equal(server.text, "last words");
      assert.deepEqual([client.ends, client.drains], [0, 0]);
      await listening.stop();
      assert.equal(server.ends, 1);
    });

    test("tells no more data when it is destroyed by what it told", async () => {
      const { listening, client, server } = await pair(transport, place);
      const take = server.data.bind(server);
      server.data = (chunk) => {
        server.stream.destroy();
        take(chunk);
      };
      server.stream.pause();
      client.stream.write([Buffer.alloc(1 << 20)]);
      server.stream.resume();
      await client.until(() => client.ends === 1);
      assert.equal(server.chunks.length, 1);
      assert.equal(server.ends, 0);
      await listening.stop();
    });

    test("tells an error once where the peer is gone with what was sent", async () => {
      const { listening, client, server } = await pair(transport, place);
      server.stream.pause();
      assert.equal(client.stream.write([Buffer.alloc(MUCH)]), false);
      await listening.stop();
      await client.until(() => client.ends > 0);
      assert.ok(["ECONNRESET", "EPIPE"].includes(client.error?.code ?? ""), client.error?.code);
      assert.equal(client.ends, 1);
      assert.equal(client.drains, 0);
    });

    test("does not keep the process alive", async () => {
      assert.deepEqual(await run("idle-process.ts", [name]), { code: 0, output: "ended 0\n" });
    });

    test("fails, and goes on, where descriptors are used up", async () => {
      const { code, output } = await run("poor-process.ts", [name]);
      const lines = [
        "full EMFILE",
        "listen EMFILE",
        "connect EMFILE",
        "full EMFILE",
        "accepted 0",
        "again",
      ];
      assert.deepEqual([code, output.split("\n").slice(0, -1)], [0, lines]);
    });
  });
}
