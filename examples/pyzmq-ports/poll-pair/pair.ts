// What poll() says of two PAIR sockets, bound and connected to tcp://127.0.0.1:5555, step by step.

import { poll, ZmqFactory, ZmqPairConnection } from "tx0mq";
import { flags } from "tx0mq/flags";

const { endpoint } = flags({ endpoint: "tcp://127.0.0.1:5555" });

const factory = new ZmqFactory();
const s1 = new ZmqPairConnection(factory, { bind: endpoint });
const s2 = new ZmqPairConnection(factory, { connect: s1.address });
await poll({ writable: [s1] }); // until s2 is there
await show("connected");

await s1.send("msg1");
await s2.send("msg2");
for (const socket of [s1, s2]) await poll({ readable: [socket] }); // until the messages are here
await show("both have sent");

await s1.receive();
await s2.receive();
await show("both have received");
await factory.shutdown();

async function show(when: string): Promise<void> {
  const sockets = [s1, s2];
  const { readable, writable } = await poll({ readable: sockets, writable: sockets });
  const states = sockets.map((socket, index) => {
    const events = [readable.has(socket) && "readable", writable.has(socket) && "writable"];
    return `s${index + 1} ${events.filter(Boolean).join("+") || "neither"}`;
  });
  console.log(`${when}: ${states.join(", ")}`);
}
