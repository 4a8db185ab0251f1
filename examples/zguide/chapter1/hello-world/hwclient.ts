// Hello World client: a REQ socket, connected to tcp://localhost:5555.
// Sends "Hello" ten times, each time when the reply to the last one has come.

import { parseArgs } from "node:util";
import { ZmqEndpoint, ZmqEndpointError, ZmqFactory, ZmqReqConnection } from "tx0mq";

const { endpoint } = commandLine();

const factory = new ZmqFactory();
factory.registerForShutdown();
console.log(`Connecting to the hello world server at ${endpoint}`);
const requester = new ZmqReqConnection(factory, ZmqEndpoint.connect(endpoint));

for (let request = 0; request < 10; request++) {
  console.log(`Sending Hello ${request}`);
  await requester.send("Hello");
  const [reply] = await requester.receive();
  console.log(`Received ${reply} ${request}`);
}

await factory.shutdown();

function commandLine(): { endpoint: string } {
  process.on("uncaughtException", (error) => {
    console.error(`hwclient: ${error.message}`);
    process.exit(error instanceof ZmqEndpointError ? 2 : 1);
  });
  try {
    return parseArgs({
      options: { endpoint: { type: "string", default: "tcp://localhost:5555" } },
    }).values;
  } catch (error) {
    const [why] = (error as Error).message.split("\n");
    console.error(`usage: hwclient [--endpoint ADDRESS]   (${why})`);
    process.exit(2);
  }
}
