import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { test } from "node:test";
import { Stage } from "@tx0mq/smoke";
import { zmqHas } from "tx0mq";

const skip = zmqHas("draft") ? false : "this build of libzmq has no draft sockets";

test("only the group that was joined arrives", { skip }, async (t) => {
  const stage = new Stage(t, import.meta.url);
  const address = `udp://127.0.0.1:${await freePort()}`;
  const program = stage.start("radio-dish", [
    ...["--bind", address, "--connect", address, "--period", "20"],
  ]);
  assert.deepEqual(await program.exit(), { code: 0, signal: null });
  const received = program.lines.filter((line) => line !== "missed a message"); // UDP may lose any
  assert.ok(received.length > 0);
  for (const line of received) assert.match(line, /^Received numbers:00\d$/);
});

/** A UDP port that nobody listens to. */
async function freePort(): Promise<number> {
  const socket = createSocket("udp4").bind(0, "127.0.0.1");
  await once(socket, "listening");
  const { port } = socket.address();
  socket.close();
  return port;
}
