// Message relay: two producers PUSH to tcp://127.0.0.1:5555, a consumer PULLs from tcp://127.0.0.1:5556,
// and a device in a thread of its own, relay.ts, passes on what comes.

import { setTimeout as sleep } from "node:timers/promises";
import { ZmqFactory, ZmqPullConnection, ZmqPushConnection } from "tx0mq";
import { flags } from "tx0mq/flags";
import { thread } from "tx0mq/thread";

const { input, output, messages, producers, period } = flags({
  input: "tcp://127.0.0.1:5555",
  output: "tcp://127.0.0.1:5556",
  messages: 10,
  producers: 2,
  period: 1000,
});

const factory = new ZmqFactory();
factory.registerForShutdown();
const relay = thread(new URL("./relay.ts", import.meta.url), { input, output });
for (let ident = 0; ident < producers; ident++) produce(ident);

const consumer = new ZmqPullConnection(factory, { connect: output });
for (let n = 0; n < messages * producers; n++) console.log(`Consumed ${await consumer.receive()}`);
console.log("Consumer done");
relay.postMessage("stop");
await factory.shutdown();

async function produce(ident: number): Promise<void> {
  const push = new ZmqPushConnection(factory, { connect: input });
  console.log(`Producing ${ident}`);
  for (let n = 0; n < messages && !push.closed; n++) {
    await push.send(`${ident}: ${Math.round(Date.now() / 1000)}`);
    await sleep(period);
  }
}
