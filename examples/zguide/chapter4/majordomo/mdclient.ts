// Majordomo client: asks the service "echo" 100,000 times, one request after the other, through the
// broker at tcp://localhost:5555.

import { ZmqFactory } from "tx0mq";
import { flags } from "tx0mq/flags";
import { MajordomoClient } from "./mdcliapi.ts";
import { printMessages } from "./mdp.ts";

const { endpoint, service, count, v, ...options } = flags({
  endpoint: "tcp://localhost:5555",
  service: "echo",
  count: 100_000,
  timeout: 2500,
  retries: 3,
  v: false, // print all messages
});
if (v) printMessages();

const factory = new ZmqFactory();
factory.registerForShutdown();
const client = new MajordomoClient(factory, endpoint, { ...options, log: console.log });

let done = 0;
try {
  while (done < count) {
    await client.send(service, "Hello world");
    done += 1;
    if (done % 5000 === 0 && done < count) console.log(`${done} so far`);
  }
} finally {
  console.log(`${done} requests/replies processed`);
}
