// Broker peering, part 1: the state flow. `peering1 DC1 DC2 DC3` is the broker DC1: its PUB at
// ipc://DC1-state.ipc tells each second how many workers are free, its SUB hears DC2 and DC3 do so.

import { randomInt } from "node:crypto";
import { ZmqFactory, ZmqPubConnection, ZmqSubConnection } from "tx0mq";
import { flags } from "tx0mq/flags";

const { self, peers, period } = flags({ period: 1000 }, { self: "DC1", peers: [] });

const factory = new ZmqFactory();
factory.registerForShutdown();
const statebe = new ZmqPubConnection(factory, { bind: `ipc://${self}-state.ipc` });
const statefe = new ZmqSubConnection(
  factory,
  peers.map((peer) => ({ connect: `ipc://${peer}-state.ipc` })),
);
console.log(`I: broker ${self} listening on ${statebe.address} (Ctrl-C ends it)`);

// The number is made up: no workers yet. Sending has a timer of its own and does not mind what comes in.
setInterval(() => statebe.publish(String(randomInt(10)), self), period);

statefe.subscribe("");
for await (const [peer, available] of statefe) console.log(`${peer} - ${available} workers free`);
