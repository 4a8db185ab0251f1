// Async functions that share one event loop: a PUSH, bound to tcp://127.0.0.1:5555, sends a message a
// second, a PULL, connected to it, polls for them, and dots show that the loop is idle in between.

import { setTimeout as sleep } from "node:timers/promises";
import { poll, ZmqFactory, ZmqPullConnection, ZmqPushConnection } from "tx0mq";
import { flags, oneOf } from "tx0mq/flags";

const { role, endpoint, period } = flags({
  role: oneOf("all", "sender", "receiver"),
  endpoint: "tcp://127.0.0.1:5555",
  period: 1000,
});

const factory = new ZmqFactory();
factory.registerForShutdown();
ping();
if (role !== "receiver") sender();
if (role !== "sender") receiver();

async function ping(): Promise<void> {
  for (;;) {
    await sleep(period / 2);
    console.log(".");
  }
}

async function receiver(): Promise<void> {
  const pull = new ZmqPullConnection(factory, { connect: endpoint });
  while (!pull.closed) {
    const { readable } = await poll({ readable: [pull] });
    if (readable.has(pull)) console.log(`received ${await pull.receive()}`);
  }
}

async function sender(): Promise<void> {
  const push = new ZmqPushConnection(factory, { bind: endpoint });
  const start = performance.now();
  for (; !push.closed; await sleep(period)) {
    console.log("sending");
    await push.send(String((performance.now() - start) / 1000));
  }
}
