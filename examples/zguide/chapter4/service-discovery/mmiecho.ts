// Service discovery: asks the broker at tcp://localhost:5555 whether anybody serves "echo". The broker
// answers this itself, as the service "mmi.service" (MMI, RFC 8): 200 for yes, 404 for no.

import { setTimeout as sleep } from "node:timers/promises";
import { ZmqFactory, ZmqTimeoutError } from "tx0mq";
import { flags } from "tx0mq/flags";
import { MajordomoClient } from "../majordomo/mdcliapi.ts";
import { printMessages } from "../majordomo/mdp.ts";

const { endpoint, service, count, interval, v, ...options } = flags({
  endpoint: "tcp://localhost:5555",
  service: "echo",
  count: 1,
  interval: 1000,
  timeout: 2500,
  v: false, // print all messages
});
if (v) printMessages();

const factory = new ZmqFactory();
factory.registerForShutdown();
const client = new MajordomoClient(factory, endpoint, { ...options, log: console.log });

try {
  for (let n = 0; n < count; n++) {
    if (n > 0) await sleep(interval);
    const [code] = await client.send("mmi.service", service);
    console.log(`Lookup ${service} service: ${code}`);
  }
} catch (error) {
  if (!(error instanceof ZmqTimeoutError)) throw error;
  console.log("No response from the broker, make sure that it is running");
  process.exitCode = 1;
}
