// File transfer, model one: a ROUTER, bound to tcp://*:6000, sends a DEALER a whole file, in chunks of
// 250,000 bytes as fast as they go, and an empty one at the end. By default the file is node itself.

import { createHash } from "node:crypto";
import { closeSync, createReadStream, openSync, readSync } from "node:fs";
import { ZmqDealerConnection, ZmqFactory, ZmqRouterConnection } from "tx0mq";
import { flags, oneOf } from "tx0mq/flags";

const { role, bind, connect, file } = flags({
  role: oneOf("all", "server", "client"),
  bind: "tcp://*:6000",
  connect: "tcp://localhost:6000",
  file: process.execPath,
});
const CHUNK_SIZE = 250_000;
const QUEUE = { sendHighWaterMark: 10, receiveHighWaterMark: 10 }; // in chunks

const factory = new ZmqFactory();
factory.registerForShutdown();
const address = role === "client" ? connect : server();
if (role !== "server") await client();

function server(): string {
  const probe = openSync(file, "r");
  readSync(probe, Buffer.alloc(1)); // fails now, not at a client's request
  closeSync(probe);
  const router = new ZmqRouterConnection(factory, { bind }, { ...QUEUE, mandatory: true });
  router.on("message", async ([client, ...command]) => {
    if (String(command) !== "fetch") {
      console.error(`fileio1: invalid request: ${command.length} frames`);
      return;
    }
    for await (const chunk of createReadStream(file, { highWaterMark: CHUNK_SIZE })) {
      await router.send([client, chunk]); // waits while the queue of this client is full
    }
    await router.send([client, ""]);
  });
  console.log(`fileio1 listening on ${router.address}, with ${file}`);
  return router.address;
}

async function client(): Promise<void> {
  const dealer = new ZmqDealerConnection(factory, { connect: address }, QUEUE);
  await dealer.send("fetch");
  const hash = createHash("sha256");
  let chunks = 0;
  let bytes = 0;
  let memory = 0;
  for (;;) {
    const [chunk] = await dealer.receive(); // Ctrl-C ends it here: what has come is not the file
    if (chunk.length === 0) break;
    hash.update(chunk);
    chunks += 1;
    bytes += chunk.length;
    memory = Math.max(memory, process.memoryUsage.rss());
    if (chunks % 100 === 0) console.log(`${chunks} chunks so far`);
  }
  console.log(`${chunks} chunks received, ${bytes} bytes, SHA-256 ${hash.digest("hex")}`);
  console.log(`at most ${Math.round(memory / 2 ** 20)} MiB of memory`);
  await factory.shutdown();
}
