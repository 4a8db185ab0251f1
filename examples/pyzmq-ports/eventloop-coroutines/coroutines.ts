// Async functions that share one event loop: a PULL, connected to tcp://127.0.0.1:5555, waits for half
// a second at a time, a PUSH, bound to it, sends a message a second, and a timer prints dots meanwhile.

import { setTimeout as sleep } from "node:timers/promises";
import { ZmqFactory, ZmqPullConnection, ZmqPushConnection, ZmqTimeoutError } from "tx0mq";
import { flags, oneOf } from "tx0mq/flags";

const { role, endpoint, period } = flags({
  role: oneOf("all", "sender", "receiver"),
  endpoint: "tcp://127.0.0.1:5555",
  period: 1000,
});

const factory = new ZmqFactory();
factory.registerForShutdown();
setInterval(() => console.log("."), period / 4);
if (role !== "receiver") sender();
if (role !== "sender") receiver();

async function receiver(): Promise<void> {
  const pull = new ZmqPullConnection(factory, { connect: endpoint });
  while (!pull.closed) {
    try {
      console.log(`received ${await pull.receive({ timeout: period / 2 })}`);
    } catch (error) {
      if (!(error instanceof ZmqTimeoutError)) throw error;
      console.log("nothing to receive");
    }
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
