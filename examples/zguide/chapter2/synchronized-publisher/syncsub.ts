// Synchronized subscriber: a SUB socket, connected to tcp://localhost:5561, and a REQ socket, connected
// to tcp://localhost:5562. Subscribes, says hello, and counts the updates until it gets "END".

import { ZmqFactory, ZmqReqConnection, ZmqSubConnection } from "tx0mq";
import { flags } from "tx0mq/flags";

const { publisher, sync, subscribers } = flags({
  publisher: "tcp://localhost:5561",
  sync: "tcp://localhost:5562",
  subscribers: 1,
});

const factory = new ZmqFactory();
factory.registerForShutdown();
console.log(`syncsub waits for the publisher at ${publisher}`);
await Promise.all(Array.from({ length: subscribers }, subscribe));
await factory.shutdown();

async function subscribe(): Promise<void> {
  // 1. Subscribe. The subscription leaves right behind the publisher's handshake.
  const subscriber = new ZmqSubConnection(factory);
  subscriber.subscribe("");
  const connected = subscriber.peers(1); // before it connects, so that no publisher is missed
  subscriber.addEndpoints({ connect: publisher });
  await connected;

  // 2. Then say hello.
  const client = new ZmqReqConnection(factory, { connect: sync });
  await client.send("");
  await client.receive();

  // 3. Count.
  let updates = 0;
  while (String(await subscriber.receive()) !== "END") updates++;
  console.log(`Received ${updates} updates`);
}
