// Web requests that await a ZeroMQ message: a PUSH, bound to tcp://127.0.0.1:9000, sends a greeting a
// second, and each request to http://127.0.0.1:8888/greeting is answered with one that a PULL receives.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { ZmqFactory, ZmqPullConnection, ZmqPushConnection } from "tx0mq";
import { flags, oneOf } from "tx0mq/flags";
import { page } from "./page.ts";

const { role, endpoint, http, period } = flags({
  role: oneOf("all", "pushing", "pulling"),
  endpoint: "tcp://127.0.0.1:9000",
  http: 8888,
  period: 1000,
});

const factory = new ZmqFactory();
factory.registerForShutdown();
if (role !== "pulling") pushing();
if (role !== "pushing") pulling();

async function pushing(): Promise<void> {
  const push = new ZmqPushConnection(factory, { bind: endpoint });
  for (; !push.closed; await sleep(period)) await push.send("Hello");
}

function pulling(): void {
  const pull = new ZmqPullConnection(factory, { connect: endpoint });
  const server = createServer(async ({ url }, response) => {
    if (url !== "/greeting") return response.setHeader("content-type", "text/html").end(page);
    const hungUp = new AbortController();
    response.on("close", () => hungUp.abort());
    try {
      const [greeting] = await pull.receive({ signal: hungUp.signal });
      console.log(`answered with ${greeting}`);
      return response.end(greeting);
    } catch (error) {
      console.log(`not answered: ${hungUp.signal.aborted ? "the client has hung up" : error}`);
      return response.writeHead(503).end();
    }
  });
  server.listen(http, "127.0.0.1", () => {
    console.log(`open http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  });
}
