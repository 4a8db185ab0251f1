// Broker peering, part 2: the local and the cloud flow. `peering2 DC1 DC2` is the cluster DC1: its broker
// (broker.ts), its clients and its workers. When these have no worker free, they get one of DC2's.

import { setTimeout as sleep } from "node:timers/promises";
import { ZmqFactory, ZmqReqConnection } from "tx0mq";
import { flags, oneOf } from "tx0mq/flags";
import { broker } from "./broker.ts";

const { role, clients, workers, work, pause, share, self, ...rest } = flags(
  {
    role: oneOf("all", "broker", "client", "worker"),
    clients: 10,
    workers: 3,
    work: 100,
    pause: 1000,
    share: 3,
    requests: Number, // of each client: without end, if it is not said
  },
  { self: "DC1", peers: [] },
);
const { requests = Number.POSITIVE_INFINITY } = rest;
const peers = rest.peers.map((name) => ({ name, capacity: 0 }));

const factory = new ZmqFactory();
factory.registerForShutdown();

function cluster(): void {
  const { cloudbe, capacityChanged } = broker(factory, self, peers, {
    onReply(name) {
      for (const peer of peers) if (peer.name === name) peer.capacity += 1;
      capacityChanged();
    },
  });
  for (const peer of peers) {
    const cloud = `ipc://${peer.name}-cloud.ipc`;
    // Nothing is known of its workers yet. So it may have a share of our requests at a time.
    cloudbe.on("handshakeSucceeded", ({ address }) => {
      if (address === cloud) peer.capacity = share;
      capacityChanged();
    });
    cloudbe.addEndpoints({ connect: cloud });
  }
}

async function client(name: string): Promise<void> {
  const socket = new ZmqReqConnection(factory, { connect: `ipc://${self}-localfe.ipc` });
  for (let sent = 0; sent < requests; sent++) {
    await socket.send("HELLO");
    console.log(`${name}: ${await socket.receive()}`);
    await sleep(pause);
  }
}

async function worker(name: string): Promise<void> {
  const socket = new ZmqReqConnection(factory, { connect: `ipc://${self}-localbe.ipc` });
  await socket.send("READY");
  for await (const request of socket) {
    const envelope = request.slice(0, -1); // client and delimiter, and before them a peer's name
    console.log(`${name}: ${request.at(-1)}${envelope.length > 2 ? ` for ${request[0]}` : ""}`);
    await sleep(work);
    await socket.send([...envelope, "OK"]);
  }
}

const all = role === "all";
if (role === "client" || role === "worker") console.log(`${role}s wait for the broker of ${self}`);
if (all || role === "broker") cluster();
if (all || role === "worker") for (let n = 1; n <= workers; n++) worker(`Worker-${self}-${n}`);
if (all || role === "client") for (let n = 1; n <= clients; n++) client(`Client-${self}-${n}`);
