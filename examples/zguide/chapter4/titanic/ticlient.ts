// Titanic client: leaves a request for the service "echo" with Titanic, and asks for the reply until it is
// there. A REQ socket, connected to the broker at tcp://localhost:5555.

import { setTimeout as sleep } from "node:timers/promises";
import { type Frames, ZmqFactory } from "tx0mq";
import { flags } from "tx0mq/flags";
import { MajordomoClient } from "../majordomo/mdcliapi.ts";
import { printMessages } from "../majordomo/mdp.ts";

const { endpoint, service, interval, v, ...options } = flags({
  endpoint: "tcp://localhost:5555",
  service: "echo",
  uuid: String, // of a request that Titanic has already
  interval: 5000,
  timeout: 2500,
  retries: 3,
  v: false, // print all messages
});
if (v) printMessages();

const factory = new ZmqFactory();
factory.registerForShutdown();
const client = new MajordomoClient(factory, endpoint, { ...options, log: console.log });

// A client that may die itself keeps the UUID somewhere safe.
const uuid = options.uuid ?? String(await call("titanic.request", [service, "Hello world"]));
console.log(`The request's UUID is ${uuid}`);

await sleep(100);
let reply = await call("titanic.reply", uuid);
while (reply === undefined) {
  console.log(`No reply yet, asking again in ${interval} ms`);
  await sleep(interval);
  reply = await call("titanic.reply", uuid);
}
console.log(`Reply: ${reply.at(-1)}`);

await call("titanic.close", uuid);
await factory.shutdown();

/** @returns what Titanic has for the client; undefined while that is pending */
async function call(name: string, request: Frames): Promise<Buffer[] | undefined> {
  const [status, ...body] = await client.send(name, request);
  const code = String(status).slice(0, 3); // a text may follow
  if (code === "200") return body;
  if (code === "300") return undefined;
  console.error(`${name} says ${status}: giving up`);
  process.exit(1);
}
