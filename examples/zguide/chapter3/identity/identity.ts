// Identity check: two REQ sockets, connected to a ROUTER that is bound to inproc://example. The ROUTER
// knows the first by an identity that it makes up, and the second by the one that it has set.

import { parseArgs } from "node:util";
import {
  type Message,
  ZmqEndpoint,
  ZmqEndpointError,
  ZmqFactory,
  ZmqReqConnection,
  ZmqRouterConnection,
} from "tx0mq";

const { endpoint } = commandLine();

await using factory = new ZmqFactory();
const sink = new ZmqRouterConnection(factory, ZmqEndpoint.bind(endpoint));
const address = ZmqEndpoint.connect(sink.lastEndpoint ?? endpoint);

const anonymous = new ZmqReqConnection(factory, address);
await anonymous.send("ROUTER uses a generated 5 byte identity");
dump(await sink.receive());

const identified = new ZmqReqConnection(factory, address, { routingId: "PEER2" });
await identified.send("ROUTER socket uses REQ's socket identity");
dump(await sink.receive());

/** Prints the frames of a message, each with its length: as text, or in hexadecimal digits. */
function dump(message: Message): void {
  console.log("----------------------------------------");
  for (const frame of message) {
    const length = String(frame.length).padStart(3, "0");
    const text = frame.every((byte) => byte >= 32 && byte <= 126);
    console.log(`[${length}] ${text ? frame : frame.toString("hex").toUpperCase()}`);
  }
}

function commandLine(): { endpoint: string } {
  process.on("uncaughtException", (error) => {
    console.error(`identity: ${error.message}`);
    process.exit(error instanceof ZmqEndpointError ? 2 : 1);
  });
  try {
    return parseArgs({
      options: { endpoint: { type: "string", default: "inproc://example" } },
    }).values;
  } catch (error) {
    const [why] = (error as Error).message.split("\n");
    console.error(`usage: identity [--endpoint ADDRESS]   (${why})`);
    process.exit(2);
  }
}
