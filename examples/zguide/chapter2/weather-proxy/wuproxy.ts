// Weather proxy: an XSUB, connected to the weather server at tcp://localhost:5556, and an XPUB for
// subscribers on another network, at tcp://*:8100. Updates go out, subscriptions come in.

import { parseArgs } from "node:util";
import {
  proxy,
  ZmqEndpoint,
  ZmqEndpointError,
  ZmqFactory,
  ZmqXPubConnection,
  ZmqXSubConnection,
} from "tx0mq";

const addresses = commandLine();

const factory = new ZmqFactory();
factory.registerForShutdown(); // Ctrl-C ends the proxy
const frontend = new ZmqXSubConnection(factory, ZmqEndpoint.connect(addresses.upstream));
const backend = new ZmqXPubConnection(factory, ZmqEndpoint.bind(addresses.public));
console.log(`wuproxy listening on ${backend.lastEndpoint}, updates from ${addresses.upstream}`);

// An XPUB hands subscriptions over as messages, and an XSUB takes them: so the proxy passes them on
// to the weather server, which sends nothing that nobody wants.
await proxy(frontend, backend).ended;

function commandLine(): { upstream: string; public: string } {
  process.on("uncaughtException", (error) => {
    console.error(`wuproxy: ${error.message}`);
    process.exit(error instanceof ZmqEndpointError ? 2 : 1);
  });
  try {
    return parseArgs({
      options: {
        upstream: { type: "string", default: "tcp://localhost:5556" },
        public: { type: "string", default: "tcp://*:8100" },
      },
    }).values;
  } catch (error) {
    const [why] = (error as Error).message.split("\n");
    console.error(`usage: wuproxy [--upstream ADDRESS] [--public ADDRESS]   (${why})`);
    process.exit(2);
  }
}
