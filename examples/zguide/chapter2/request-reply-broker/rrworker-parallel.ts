// Five request-reply workers in one process: REP sockets, connected to the broker at
// tcp://localhost:5560. While one of them works, the event loop runs the others.

import { setTimeout as sleep } from "node:timers/promises";
import { ZmqFactory, ZmqRepConnection } from "tx0mq";
import { flags } from "tx0mq/flags";

const { endpoint, work, name, workers } = flags(
  { endpoint: "tcp://localhost:5560", work: 1000 },
  { name: "A", workers: 5 },
);

const factory = new ZmqFactory();
factory.registerForShutdown(); // Ctrl-C ends the loops below
console.log(`${workers} workers ${name} work for ${endpoint}`);
for (let number = 1; number <= workers; number++) void serve(`${name}-${number}`);

async function serve(worker: string): Promise<void> {
  const responder = new ZmqRepConnection(factory, { connect: endpoint });
  for await (const [request] of responder) {
    console.log(`Worker ${worker} received request: [${request}]`);
    await sleep(work);
    await responder.send(`${request}, World from worker ${worker}`);
  }
}
