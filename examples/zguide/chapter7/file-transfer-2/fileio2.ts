// File transfer, model two: a DEALER asks a ROUTER, bound to tcp://*:6000, for one chunk of 250,000
// bytes after the other, and waits for each. By default the file is node itself.

import { createHash } from "node:crypto";
import { ZmqDealerConnection, ZmqFactory, ZmqRouterConnection } from "tx0mq";
import { flags, oneOf } from "tx0mq/flags";
import { serveFile } from "./fileserver.ts";

const { role, bind, connect, file } = flags({
  role: oneOf("all", "server", "client"),
  bind: "tcp://*:6000",
  connect: "tcp://localhost:6000",
  file: process.execPath,
});
const CHUNK_SIZE = 250_000;
const QUEUE = { sendHighWaterMark: 1, receiveHighWaterMark: 1 }; // in chunks

const factory = new ZmqFactory();
factory.registerForShutdown();
const address = role === "client" ? connect : server();
if (role !== "server") await client();

function server(): string {
  const router = new ZmqRouterConnection(factory, { bind });
  serveFile(router, file);
  console.log(`fileio2 listening on ${router.address}, with ${file}`);
  return router.address;
}

async function client(): Promise<void> {
  const dealer = new ZmqDealerConnection(factory, { connect: address }, QUEUE);
  const hash = createHash("sha256");
  let chunks = 0;
  let bytes = 0;
  let memory = 0;
  for (;;) {
    await dealer.send(["fetch", String(bytes), String(CHUNK_SIZE)]);
    const [chunk] = await dealer.receive();
    hash.update(chunk);
    chunks += 1;
    bytes += chunk.length;
    memory = Math.max(memory, process.memoryUsage.rss());
    if (chunks % 100 === 0) console.log(`${chunks} chunks so far`);
    if (chunk.length < CHUNK_SIZE) break; // it is the last one
  }
  console.log(`${chunks} chunks received, ${bytes} bytes, SHA-256 ${hash.digest("hex")}`);
  console.log(`at most ${Math.round(memory / 2 ** 20)} MiB of memory`);
  await factory.shutdown();
}
