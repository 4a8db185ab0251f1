// Request-reply client: a REQ socket, connected to the broker at tcp://localhost:5559.
// Sends "Hello" ten times, each time when the reply to the last one has come.

import { parseArgs } from "node:util";
import { ZmqEndpoint, ZmqEndpointError, ZmqFactory, ZmqReqConnection } from "tx0mq";

const { endpoint, request } = commandLine();

const factory = new ZmqFactory();
factory.registerForShutdown();
const requester = new ZmqReqConnection(factory, ZmqEndpoint.connect(endpoint));
console.log(`rrclient asks at ${endpoint}`);

for (let number = 1; number <= 10; number++) {
  await requester.send(request);
  const [reply] = await requester.receive();
  console.log(`Received reply ${number} [${reply}]`);
}

await factory.shutdown();

function commandLine(): { endpoint: string; request: string } {
  process.on("uncaughtException", (error) => {
    console.error(`rrclient: ${error.message}`);
    process.exit(error instanceof ZmqEndpointError ? 2 : 1);
  });
  try {
    const { values } = parseArgs({
      options: {
        endpoint: { type: "string", default: "tcp://localhost:5559" },
        request: { type: "string", default: "Hello" },
      },
    });
    if (values.request === "") throw new Error("--request is a text, not an empty one");
    return values;
  } catch (error) {
    const [why] = (error as Error).message.split("\n");
    console.error(`usage: rrclient [--endpoint ADDRESS] [--request TEXT]   (${why})`);
    process.exit(2);
  }
}
