// Binary Star client: a REQ socket, connected to the primary at tcp://localhost:5001. Without a reply in
// a second it goes to the other server, tcp://localhost:5002, and back. Its request is its vote.

import { setTimeout as sleep } from "node:timers/promises";
import { ZmqFactory, ZmqReqConnection, ZmqTimeoutError } from "tx0mq";
import { flags } from "tx0mq/flags";

const { primary, backup, timeout, settle, pause, count } = flags({
  primary: "tcp://localhost:5001",
  backup: "tcp://localhost:5002",
  timeout: 1000,
  settle: 2000, // before it asks the other server: as long as that one waits until it takes over
  pause: 1000, // between two requests
  count: Number, // for ever, if it is left out
});

const factory = new ZmqFactory({ lingerPeriod: 0 });
factory.registerForShutdown();
let [server, other] = [primary, backup];
let client = connect();

for (let sequence = 1; count === undefined || sequence <= count; sequence++) {
  while (!(await ask(`${sequence}`))) {
    console.log("No response from server, failing over");
    await client.shutdown();
    await sleep(settle);
    [server, other] = [other, server];
    client = connect();
  }
  console.log(`Server replied OK (${sequence})`);
  await sleep(pause);
}

async function ask(request: string): Promise<boolean> {
  await client.send(request);
  try {
    return String(await client.receive({ timeout })) === request;
  } catch (error) {
    if (error instanceof ZmqTimeoutError) return false;
    throw error;
  }
}

function connect(): ZmqReqConnection {
  console.log(`Connecting to server at ${server}`);
  return new ZmqReqConnection(factory, { connect: server });
}
