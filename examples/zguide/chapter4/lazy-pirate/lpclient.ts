// Lazy Pirate client: a REQ socket, connected to tcp://localhost:5555. Without a reply in 2.5 seconds
// it throws the socket away and asks again on a new one; after three tries it gives up.

import { ZmqFactory, ZmqReqConnection, ZmqTimeoutError } from "tx0mq";
import { flags } from "tx0mq/flags";

const { endpoint, timeout, tries, count } = flags({
  endpoint: "tcp://localhost:5555",
  timeout: 2500,
  tries: 3,
  count: Number, // for ever, if it is left out
});

const factory = new ZmqFactory({ lingerPeriod: 0 });
factory.registerForShutdown();
console.log(`Connecting to the server at ${endpoint}`);
let client = connect();

for (let sequence = 0; sequence !== count; sequence++) {
  if (!(await ask(`${sequence}`))) {
    console.log("The server seems to be offline, abandoning");
    process.exitCode = 1;
    break;
  }
}

async function ask(request: string): Promise<boolean> {
  for (let tried = 0; tried < tries; tried++) {
    console.log(`${tried === 0 ? "Sending" : "Resending"} ${request}`);
    await client.send(request);
    const reply = await replyInTime();
    if (reply === request) {
      console.log(`Server replied OK (${reply})`);
      return true;
    }
    console.log(reply === undefined ? "No response from server" : `Wrong reply: ${reply}`);
    // A REQ that waits for a reply cannot ask again. A late reply ends with the old socket.
    await client.shutdown();
    client = connect();
  }
  return false;
}

async function replyInTime(): Promise<string | undefined> {
  try {
    return String(await client.receive({ timeout }));
  } catch (error) {
    if (error instanceof ZmqTimeoutError) return undefined;
    throw error;
  }
}

function connect(): ZmqReqConnection {
  return new ZmqReqConnection(factory, { connect: endpoint });
}
