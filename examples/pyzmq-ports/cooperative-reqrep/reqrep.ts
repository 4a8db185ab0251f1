// Client, broker and worker on one event loop: a REQ, a broker whose ROUTER is bound to tcp://*:5559 and
// whose DEALER to tcp://*:5560, and a REP. Each waits by awaiting, so none holds up the others.

import {
  ZmqDealerConnection,
  ZmqFactory,
  ZmqRepConnection,
  ZmqReqConnection,
  ZmqRouterConnection,
} from "tx0mq";
import { flags, oneOf } from "tx0mq/flags";

const { role, requests, ...endpoints } = flags({
  role: oneOf("all", "client", "broker", "worker"),
  requests: 9,
  frontend: "tcp://*:5559",
  backend: "tcp://*:5560",
  client: "tcp://localhost:5559",
  worker: "tcp://localhost:5560",
});

const factory = new ZmqFactory();
factory.registerForShutdown();
if (role === "all" || role === "broker") broker();
if (role === "all" || role === "worker") worker();
if (role === "all" || role === "client") await client();

function broker(): void {
  const frontend = new ZmqRouterConnection(factory, { bind: endpoints.frontend });
  const backend = new ZmqDealerConnection(factory, { bind: endpoints.backend });
  pass(frontend, backend);
  pass(backend, frontend);
}

type Side = ZmqRouterConnection | ZmqDealerConnection;

async function pass(from: Side, to: Side): Promise<void> {
  for await (const message of from) await to.send(message);
}

async function worker(): Promise<void> {
  const responder = new ZmqRepConnection(factory, { connect: endpoints.worker });
  for await (const [request] of responder) {
    console.log(`Received request: ${request}`);
    await responder.send("World");
  }
}

async function client(): Promise<void> {
  const requester = new ZmqReqConnection(factory, { connect: endpoints.client });
  for (let request = 1; request <= requests; request++) {
    await requester.send("Hello");
    const [reply] = await requester.receive();
    console.log(`Received reply ${request}: ${reply}`);
  }
  await factory.shutdown();
}
