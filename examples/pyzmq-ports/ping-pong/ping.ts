// Ping: a REQ, connected to tcp://127.0.0.1:10111, measures how long a busy process takes to answer,
// four times in a row, with pauses in between.

import { setTimeout as sleep } from "node:timers/promises";
import { ZmqFactory, ZmqReqConnection } from "tx0mq";
import { flags } from "tx0mq/flags";

const { endpoint, pause } = flags({ endpoint: "tcp://127.0.0.1:10111", pause: 1000 });

const factory = new ZmqFactory();
factory.registerForShutdown();
const requester = new ZmqReqConnection(factory, { connect: endpoint });

for (let n = 1; !requester.closed; n++) {
  if (n % 4 === 1) await sleep(Math.random() * pause);
  const start = performance.now();
  await requester.send(`ping ${n}`);
  const [reply] = await requester.receive();
  console.log(`${reply}: ${(performance.now() - start).toFixed(2)} ms`);
}
