// Echo server on a stream: a ROUTER, bound to tcp://127.0.0.1:5555, as a Duplex of node:stream. What
// comes out of it is printed, and goes back into it.

import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { duplex, type Message, ZmqFactory, ZmqRouterConnection } from "tx0mq";
import { flags } from "tx0mq/flags";

// `work` is how long an echo takes, in ms.
const { endpoint, work } = flags({ endpoint: "tcp://127.0.0.1:5555", work: 0 });

const factory = new ZmqFactory();
factory.registerForShutdown(); // Ctrl-C ends the pipeline
const socket = new ZmqRouterConnection(factory, { bind: endpoint });
console.log(`echostream listening on ${socket.address}`);

const stream = duplex(socket);
await pipeline(stream, echo, stream);

async function* echo(messages: AsyncIterable<Message>): AsyncGenerator<Message> {
  for await (const [from, ...frames] of messages) {
    console.log(`${frames.length} frames: ${frames.join(" | ")}`);
    if (work > 0) await sleep(work);
    yield [from, ...frames];
  }
}
