// A worker thread of asyncsrv: a DEALER, connected to inproc://backend. It has one request in hand at
// a time, and sends zero to four replies, each under the identity that the request came with.

import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { ZmqDealerConnection, ZmqFactory } from "tx0mq";

const { name, pause }: { name: string; pause: number } = workerData;

const factory = new ZmqFactory({ shared: true });
const socket = new ZmqDealerConnection(factory, { connect: "inproc://backend" });
parentPort?.postMessage("connected");

for await (const [client, ...request] of socket) {
  const replies = randomInt(5);
  const isText = /^[\x20-\x7e]+$/.test(`${client}`); // a made-up routing id is not
  const from = isText ? client : client.toString("hex");
  console.log(`${name} received: ${request} from ${from}, replies: ${replies}`);
  for (let reply = 0; reply < replies; reply++) {
    await sleep(randomInt(pause + 1));
    await socket.send([client, ...request]);
  }
}
