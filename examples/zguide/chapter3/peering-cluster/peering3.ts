// Broker peering, part 3: the full cluster. `peering3 DC1 DC2 DC3` is the cluster DC1. It has the broker
// of peering2, and each cluster tells its peers how many workers it has free: it gets work for so many.

import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import {
  ZmqFactory,
  ZmqPubConnection,
  ZmqPullConnection,
  ZmqPushConnection,
  ZmqReqConnection,
  ZmqSubConnection,
  ZmqTimeoutError,
} from "tx0mq";
import { flags, oneOf } from "tx0mq/flags";
import { broker } from "../peering-flow/broker.ts";

const { role, clients, workers, burst, pause, work, patience, heartbeat, self, ...rest } = flags(
  {
    role: oneOf("all", "broker", "client", "worker"),
    clients: 10,
    workers: 5,
    burst: 15, // so many requests at most, and then a pause of so many ms at most
    pause: 5000,
    work: 1000,
    patience: 10_000,
    heartbeat: 1000,
    requests: Number, // of each client: without end, if it is not said
  },
  { self: "DC1", peers: [] },
);
const { requests = Number.POSITIVE_INFINITY } = rest;
const peers = rest.peers.map((name) => ({ name, capacity: 0 }));

const factory = new ZmqFactory();
factory.registerForShutdown();

function cluster(): void {
  const statebe = new ZmqPubConnection(factory, { bind: `ipc://${self}-state.ipc` });
  const statefe = new ZmqSubConnection(factory);
  const monitor = new ZmqPullConnection(factory, { bind: `ipc://${self}-monitor.ipc` });
  let free = 0; // local workers
  let soon: NodeJS.Immediate | undefined;

  const { cloudbe, capacityChanged } = broker(factory, self, peers, {
    onFree(count) {
      if (count === free) return;
      free = count;
      // A moment later: requests that wait here get these workers first. And if it is what it was: a peer whose
      // request has taken a worker has to know that another one is free.
      clearImmediate(soon);
      soon = setImmediate(publishState);
    },
  });

  function publishState(): void {
    statebe.publish(String(free), self);
  }
  setInterval(publishState, heartbeat); // for peers that come later

  statefe.subscribe("");
  statefe.on("message", ([name, capacity]) => {
    if (!/^\d+$/.test(String(capacity)))
      return console.error(`E: malformed state of ${name} refused`);
    for (const peer of peers) if (peer.name === String(name)) peer.capacity = Number(capacity);
    capacityChanged();
  });
  monitor.on("message", ([line]) => console.log(`Monitor: ${line}`));

  for (const { name } of peers) {
    cloudbe.addEndpoints({ connect: `ipc://${name}-cloud.ipc` });
    statefe.addEndpoints({ connect: `ipc://${name}-state.ipc` });
  }
}

// Sends bursts of requests, and tells the monitor how it goes. @returns how many were answered
async function client(): Promise<number> {
  const monitor = new ZmqPushConnection(factory, { connect: `ipc://${self}-monitor.ipc` });
  const socket = new ZmqReqConnection(factory, { connect: `ipc://${self}-localfe.ipc` });
  let answered = 0;
  while (answered < requests) {
    await sleep(randomInt(pause + 1));
    for (let n = randomInt(burst + 1); n > 0 && answered < requests; n--) {
      const task = randomInt(0x10000).toString(16).toUpperCase().padStart(4, "0");
      await socket.send(task);
      const reply = await socket.receive({ timeout: patience }).catch((error) => {
        if (!(error instanceof ZmqTimeoutError)) throw error; // Ctrl-C loses nothing
      });
      if (String(reply) !== task) {
        await monitor.send(`E: CLIENT EXIT - lost task ${task}`);
        return answered;
      }
      answered += 1;
      await monitor.send(task);
    }
  }
  return answered;
}

// Is busy for a while, or not at all, and sends back what it got.
async function worker(name: string): Promise<void> {
  const socket = new ZmqReqConnection(factory, { connect: `ipc://${self}-localbe.ipc` });
  await socket.send("READY");
  for await (const request of socket) {
    const whose = request.length > 3 ? ` for ${request[0]}` : ""; // a peer's name stands before its client
    console.log(`${name}: ${request.at(-1)}${whose}`);
    await sleep(randomInt(2) * work);
    await socket.send(request);
  }
}

const all = role === "all";
if (role === "client" || role === "worker") console.log(`${role}s wait for the broker of ${self}`);
if (all || role === "broker") cluster();
if (all || role === "worker") for (let n = 1; n <= workers; n++) worker(`Worker-${self}-${n}`);
if (all || role === "client") {
  const answered = await Promise.all(Array.from({ length: clients }, client));
  const total = answered.reduce((sum, n) => sum + n, 0);
  const lost = answered.filter((n) => n < requests).length; // the last one of each that gave up
  if (clients > 0) console.log(`I: ${total} requests answered, ${lost} lost`);
}
