// File transfer, model three: a DEALER has credit for ten chunks. It asks a ROUTER, bound to
// tcp://*:6000, for ten at once, and for one more with each that comes. By default the file is node itself.

import { createHash } from "node:crypto";
import { ZmqDealerConnection, ZmqFactory, ZmqRouterConnection } from "tx0mq";
import { flags, oneOf } from "tx0mq/flags";
import { serveFile } from "../file-transfer-2/fileserver.ts";

const { role, bind, connect, file } = flags({
  role: oneOf("all", "server", "client"),
  bind: "tcp://*:6000",
  connect: "tcp://localhost:6000",
  file: process.execPath,
});
const CHUNK_SIZE = 250_000;
const PIPELINE = 10;

const factory = new ZmqFactory();
factory.registerForShutdown();
const address = role === "client" ? connect : server();
if (role !== "server") await client();

function server(): string {
  // Room for what one client can have in flight, and more: a ROUTER drops what is over its mark.
  const router = new ZmqRouterConnection(factory, { bind }, { sendHighWaterMark: 4 * PIPELINE });
  serveFile(router, file);
  console.log(`fileio3 listening on ${router.address}, with ${file}`);
  return router.address;
}

async function client(): Promise<void> {
  const dealer = new ZmqDealerConnection(factory);
  // Chunks that were on their way are lost then. Those that come later would be taken for them.
  dealer.on("handshakeSucceeded", () => dealer.once("disconnected", giveUp));
  dealer.addEndpoints({ connect: address });
  const hash = createHash("sha256");
  let chunks = 0;
  let bytes = 0;
  let memory = 0;
  let credit = PIPELINE;
  let offset = 0; // of the chunk to ask for
  for (;;) {
    while (credit > 0) {
      await dealer.send(["fetch", String(offset), String(CHUNK_SIZE)]);
      offset += CHUNK_SIZE;
      credit -= 1;
    }
    const [chunk] = await dealer.receive();
    credit += 1;
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

function giveUp(): void {
  if (factory.closed) return;
  console.error("fileio3: the connection has broken, and chunks are lost: start again");
  process.exit(1);
}
