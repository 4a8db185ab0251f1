import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import { Child } from "../../testing/child.js";
import { LIMIT } from "../../testing/stage.js";

void test("connections are served while others are refused by the thousand, and it is listened to", {
  timeout: LIMIT,
  skip: process.platform === "win32" && "there is no limit to file descriptors",
}, async (t) => {
  const child = new Child(
    t,
    `const factory = new zmq.ZmqFactory();
    const server = new zmq.ZmqXREPConnection(factory, { bind: "tcp://127.0.0.1:*" });
    server.on("message", ([id, request]) => void server.reply(id, request));
    const client = new zmq.ZmqXREQConnection(factory, { connect: server.address });
    await client.sendMsg("hello");
    let refused = 0;
    let inTurn = 0;
    let most = 0;
    server.on("acceptFailed", () => {
      refused += 1;
      if (inTurn === 0) setImmediate(() => { inTurn = 0; });
      inTurn += 1;
      most = Math.max(most, inTurn);
      if (refused === 1_000) serve();
    });
    console.log(server.address);
    async function serve() {
      await Promise.all(Array.from({ length: 10_000 }, () => client.sendMsg("request")));
      console.log("served", refused > 1_000, most);
      process.exit();
    }`,
    100,
  );
  await child.printed("\n");
  const port = Number(child.lines[0]?.split(":").at(-1));
  for (let n = 0; n < 150; n += 1) {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => undefined);
    t.after(() => socket.destroy());
  }
  assert.deepEqual(await child.end, { code: 0, signal: null }, child.errors);
  const [served, many, most] = child.lines[1]?.split(" ") ?? [];
  assert.deepEqual([served, many], ["served", "true"]);
  assert(Number(most) <= 1_024, `${most} events between two turns of the event loop`);
});
