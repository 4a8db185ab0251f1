// How a program ends on Ctrl-C or SIGTERM: a REP socket, bound to tcp://*:5555.
// Works for a second on each request and sends it back. A signal ends it while it waits or works.

import { setTimeout as work } from "node:timers/promises";
import { parseArgs } from "node:util";
import { ZmqEndpoint, ZmqEndpointError, ZmqFactory, ZmqRepConnection } from "tx0mq";

const { endpoint, workTime } = commandLine();

// 1. On a signal the factory closes its sockets, and then ends the process by that same signal.
const factory = new ZmqFactory();
factory.registerForShutdown();
const socket = new ZmqRepConnection(factory, ZmqEndpoint.bind(endpoint));
console.log(`interrupt listening on ${socket.lastEndpoint}`);

// 2. What else would keep the program busy is told to stop when the socket has closed.
const interrupted = new AbortController();
socket.once("close", () => interrupted.abort());

let answered = 0;
let inHand = 0;
try {
  for await (const request of socket) {
    inHand = 1;
    console.log(`Working on ${request}`);
    await work(workTime, undefined, { signal: interrupted.signal });
    await socket.send(request);
    inHand = 0;
    answered++;
  }
} catch (error) {
  if (!socket.closed) throw error; // else this is how the work or the reply was interrupted
}

// 3. The program's own clean-up runs here, behind the loop (or in a `finally`), before the end.
console.log(`W: interrupt received, ${answered} requests answered, ${inHand} in hand`);
await factory.shutdown(); // which is on its way: this waits for it
console.log("W: socket closed, bye");

function commandLine(): { endpoint: string; workTime: number } {
  process.on("uncaughtException", (error) => {
    console.error(`interrupt: ${error.message}`);
    process.exit(error instanceof ZmqEndpointError ? 2 : 1);
  });
  try {
    const { values } = parseArgs({
      options: {
        endpoint: { type: "string", default: "tcp://*:5555" },
        work: { type: "string", default: "1000" },
      },
    });
    const workTime = Number(values.work);
    if (!(workTime >= 0 && workTime < 2 ** 31)) {
      throw new Error(`--work is a number of ms, not "${values.work}"`);
    }
    return { endpoint: values.endpoint, workTime };
  } catch (error) {
    const [why] = (error as Error).message.split("\n");
    console.error(`usage: interrupt [--endpoint ADDRESS] [--work MS]   (${why})`);
    process.exit(2);
  }
}
