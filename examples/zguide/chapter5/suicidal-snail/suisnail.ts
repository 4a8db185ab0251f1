// Suicidal Snail: a PUB, bound to tcp://*:5556, that sends the time each millisecond, and a SUB that is
// too slow for it. When a message is more than a second old, the subscriber says so, and ends.

import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { ZmqFactory, ZmqPairConnection, ZmqPubConnection, ZmqSubConnection } from "tx0mq";
import { flags, oneOf } from "tx0mq/flags";

const { role, period, work, limit, pipe, ...at } = flags({
  role: oneOf("all", "publisher", "subscriber"),
  endpoint: "tcp://*:5556",
  pipe: "inproc://pipe", // from the subscriber to the publisher
  period: 1, // ms between two messages
  work: 2, // ms for one of them, at most
  limit: 1000, // ms
});

const factory = new ZmqFactory();
factory.registerForShutdown();
if (role === "all" || role === "publisher") publisher();
if (role === "all" || role === "subscriber") subscriber();

/** Sends the time, until it hears of the subscriber. */
async function publisher(): Promise<void> {
  const socket = new ZmqPubConnection(factory, { bind: at.endpoint });
  at.endpoint = socket.address; // the real port
  console.log(`Publisher at ${socket.address}`);
  new ZmqPairConnection(factory, { bind: pipe }).on("message", ([news]) => {
    console.log(`Publisher: the subscriber has ${news}`);
    factory.shutdown();
  });
  while (!factory.closed) {
    await socket.send(`${Date.now()}`);
    await sleep(period);
  }
}

/** Works on each message, a little too long. */
async function subscriber(): Promise<void> {
  const socket = new ZmqSubConnection(factory, { connect: at.endpoint.replace("*", "localhost") });
  const publisher = new ZmqPairConnection(factory, { connect: pipe });
  socket.subscribe(); // to everything
  console.log(`Subscriber works up to ${work} ms on a message`);
  let count = 0;
  for await (const [clock] of socket) {
    if (!/^\d+$/.test(`${clock}`)) {
      console.error("Subscriber: a message that is no time");
      continue;
    }
    const age = Date.now() - Number(clock);
    count += 1;
    if (count % 500 === 0) console.log(`Subscriber: message ${count} is ${age} ms old`);
    if (age > limit) {
      console.error(`E: subscriber cannot keep up, aborting: message ${count} is ${age} ms old`);
      if (role === "subscriber") process.exitCode = 1;
      return publisher.send("gone and died");
    }
    if (work > 0) await sleep(randomInt(1, work + 1));
  }
}
