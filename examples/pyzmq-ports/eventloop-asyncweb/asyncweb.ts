// Web requests that a slow worker answers: each one to http://127.0.0.1:8888/ becomes a "hello" from a DEALER
// to the worker's ROUTER, bound to tcp://127.0.0.1:5555. Dots show that the event loop is free meanwhile.

import { randomInt } from "node:crypto";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { ZmqAbortError, ZmqDealerConnection, ZmqFactory, ZmqRouterConnection } from "tx0mq";
import { flags, oneOf } from "tx0mq/flags";
import { page } from "./page.ts";

const { role, endpoint, http, work } = flags({
  role: oneOf("all", "web", "worker"),
  endpoint: "tcp://127.0.0.1:5555",
  http: 8888,
  work: 5000, // a request takes the worker up to so many ms
});

const factory = new ZmqFactory();
factory.registerForShutdown();
if (role !== "web") slowWorker();
if (role !== "worker") web();

async function slowWorker(): Promise<void> {
  const socket = new ZmqRouterConnection(factory, { bind: endpoint });
  console.log(`worker listening on ${socket.address}`);
  let n = 0;
  for await (const [from, ...frames] of socket) {
    const request = frames.pop();
    console.log(`\nworker received ${request}`);
    await sleep(randomInt(Math.ceil(work / 5), work + 1));
    await socket.send([from, ...frames, `${request} to you too, #${n++}`]);
  }
}

function web(): void {
  let waiting = 0;
  const server = createServer(async ({ url }, response) => {
    if (url === "/page") response.setHeader("content-type", "text/html").end(page);
    else if (url !== "/") response.writeHead(404).end("there are / and /page\n");
    else {
      waiting += 1;
      await relay(response).catch((error) => refuse(response, error));
      waiting -= 1;
    }
  });
  server.listen(http, "127.0.0.1", () => {
    console.log(`open http://127.0.0.1:${(server.address() as AddressInfo).port}/page`);
  });
  setInterval(() => process.stdout.write(waiting > 0 ? "." : ""), 100);
}

async function relay(response: ServerResponse): Promise<void> {
  const hungUp = new AbortController();
  response.on("close", () => hungUp.abort());
  const socket = new ZmqDealerConnection(factory, { connect: endpoint });
  try {
    await socket.send("hello", { signal: hungUp.signal });
    const [reply] = await socket.receive({ signal: hungUp.signal });
    console.log(`\nfinishing with ${reply}`);
    response.end(reply);
  } finally {
    await socket.shutdown();
  }
}

function refuse(response: ServerResponse, error: Error): void {
  const why = error instanceof ZmqAbortError ? "the client has hung up" : error.message;
  console.log(`\nnot answered: ${why}`);
  response.writeHead(503).end(`${why}\n`);
}
