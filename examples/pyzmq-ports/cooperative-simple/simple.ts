// Two tasks and one address: a PUSH, bound to ipc:///tmp/zmqtest, sends an object a second, as JSON, and
// a PULL, connected to it, prints them. A third task prints a line each half second meanwhile.

import { setTimeout as sleep } from "node:timers/promises";
import { ZmqFactory, ZmqPullConnection, ZmqPushConnection } from "tx0mq";
import { flags, oneOf } from "tx0mq/flags";

const { role, endpoint, period } = flags({
  role: oneOf("all", "sender", "receiver"),
  endpoint: "ipc:///tmp/zmqtest",
  period: 1000,
});

const factory = new ZmqFactory();
factory.registerForShutdown();
const timer = setInterval(() => console.log("printing every half second"), period / 2);
const sending = role === "receiver" ? undefined : send();
if (role !== "sender") await receive();
await sending;
clearInterval(timer);
await factory.shutdown();

async function send(): Promise<void> {
  const push = new ZmqPushConnection(factory, { bind: endpoint });
  const complicated = [{ this: ["is a more complicated object", ":)"] }, 42, 42, 42];
  for (const object of [["this", "is", "a", "list"], { hi: 1234 }, complicated, "foobar", "quit"]) {
    await push.send(JSON.stringify(object));
    await sleep(period);
  }
}

async function receive(): Promise<void> {
  const pull = new ZmqPullConnection(factory, { connect: endpoint });
  for await (const [json] of pull) {
    console.log("received:", JSON.parse(String(json)));
    if (String(json) === '"quit"') return;
  }
}
