// Titanic: keeps requests on disk until their services have replied, however long that takes (TSP, RFC 9).
// Three workers of the broker at tcp://localhost:5555, and a client that asks for the replies.

import { type RequestHandler, ZmqFactory } from "tx0mq";
import { flags } from "tx0mq/flags";
import { MajordomoClient } from "../majordomo/mdcliapi.ts";
import { isName, printMessages } from "../majordomo/mdp.ts";
import { MajordomoWorker } from "../majordomo/mdwrkapi.ts";
import { Store } from "./store.ts";

const { endpoint, folder, interval, timeout, v, ...options } = flags({
  endpoint: "tcp://localhost:5555",
  folder: ".titanic",
  interval: 1000, // ms between two rounds, when no request comes
  timeout: 1000, // ms that a service has for its reply
  heartbeat: 2500,
  liveness: 3,
  reconnect: 2500,
  reconnectMax: 40_000,
  v: false, // print all messages
});
if (v) printMessages();

const factory = new ZmqFactory();
factory.registerForShutdown();
const client = new MajordomoClient(factory, endpoint, { timeout, retries: 1 });
const store = await Store.open(folder);
console.log(`Requests are in ${folder}, ${store.pending.size} of them without a reply`);

let dispatching = false;
let again = false; // another round follows
setInterval(dispatch, interval);

await Promise.all([
  serve("titanic.request", async ([service, ...body]) => {
    if (!isName(service) || body.length === 0) return "400";
    const uuid = await store.add([service, ...body]);
    console.log(`${uuid}: stored, for ${service}`);
    void dispatch();
    return ["200", uuid];
  }),
  serve("titanic.reply", async ([frame]) => {
    const uuid = String(frame);
    if (store.pending.has(uuid)) return "300";
    const reply = await store.reply(uuid);
    return reply ? ["200", ...reply] : "400";
  }),
  serve("titanic.close", async ([frame]) => {
    const uuid = String(frame);
    if (!(await store.close(uuid))) return "400";
    console.log(`${uuid}: closed`);
    return "200";
  }),
]);

function serve(service: string, handler: RequestHandler): Promise<void> {
  return new MajordomoWorker(factory, endpoint, service, options).serve(async (request) => {
    try {
      return await handler(request);
    } catch (error) {
      console.error(`${service}: ${(error as Error).message}`);
      return "500";
    }
  });
}

/** A round: tries all requests that have no reply. Those that come meanwhile get a round of their own. */
async function dispatch(): Promise<void> {
  again = true;
  if (dispatching) return;
  dispatching = true;
  while (again) {
    again = false;
    const absent = new Set<string>(); // services that have not replied in this round
    for (const [uuid, name] of [...store.pending]) {
      try {
        if (!absent.has(name)) await ask(uuid, name, absent);
      } catch (error) {
        if (factory.closed) return;
        console.log(`${uuid}: ${(error as Error).message}`);
      }
    }
  }
  dispatching = false;
}

async function ask(uuid: string, name: string, absent: Set<string>): Promise<void> {
  const request = await store.request(uuid);
  if (request === undefined) return; // closed meanwhile
  absent.add(name);
  const [code] = await client.send("mmi.service", name);
  if (String(code) !== "200") return;
  store.postpone(uuid); // without a reply, it comes after the others in the next round
  await store.answer(uuid, await client.send(name, request.slice(1)));
  absent.delete(name);
  console.log(`${uuid}: answered by ${name}`);
}
