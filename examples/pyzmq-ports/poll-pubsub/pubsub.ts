// What poll() says of a PUB, bound to tcp://127.0.0.1:5555, and a SUB, connected to it, step by step.

import { poll, ZmqFactory, ZmqPubConnection, ZmqSubConnection } from "tx0mq";
import { flags } from "tx0mq/flags";

const { endpoint } = flags({ endpoint: "tcp://127.0.0.1:5555" });

const factory = new ZmqFactory();
const pub = new ZmqPubConnection(factory, { bind: endpoint });
const sub = new ZmqSubConnection(factory, { connect: pub.address });
sub.subscribe();
await show("connected");

// Until its subscription has reached the PUB, the SUB gets nothing.
while (!sub.readable) {
  await pub.send("msg1");
  await poll({ readable: [sub] }, { timeout: 10 });
}
await show("the PUB has sent");

while (sub.readable) await sub.receive();
await show("the SUB has received");
await factory.shutdown();

async function show(when: string): Promise<void> {
  const { readable, writable } = await poll({ readable: [sub], writable: [pub] });
  const states = [
    `PUB ${writable.has(pub) ? "writable" : "neither"}`,
    `SUB ${readable.has(sub) ? "readable" : "neither"}`,
  ];
  console.log(`${when}: ${states.join(", ")}`);
}
