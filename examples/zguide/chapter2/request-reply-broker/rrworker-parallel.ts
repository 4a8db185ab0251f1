// Five request-reply workers in one process: REP sockets, connected to the broker at
// tcp://localhost:5560. Each takes one request at a time, and the process five: while one waits for
// its work to be done, the event loop runs the others. The reply says who has worked.

import { setTimeout as work } from "node:timers/promises";
import { parseArgs } from "node:util";
import { ZmqEndpoint, ZmqEndpointError, ZmqFactory, ZmqRepConnection } from "tx0mq";

const { endpoint, name, workers, workTime } = commandLine();

const factory = new ZmqFactory();
factory.registerForShutdown();
await Promise.all(Array.from({ length: workers }, (_, index) => serve(`${name}-${index + 1}`)));

async function serve(worker: string): Promise<void> {
  const responder = new ZmqRepConnection(factory, ZmqEndpoint.connect(endpoint));
  console.log(`Worker ${worker} works for ${endpoint}`);
  for await (const [request, ...more] of responder) {
    if (request?.length && more.length === 0) {
      console.log(`Worker ${worker} received request: [${request}]`);
      await work(workTime);
      await responder.send(`${request}, World from worker ${worker}`);
    } else {
      console.error(`rrworker-parallel: ${worker} refused a request that is not one frame`);
      await responder.send(""); // a REP owes a reply even so
    }
  }
}

function commandLine(): { endpoint: string; name: string; workers: number; workTime: number } {
  process.on("uncaughtException", (error) => {
    console.error(`rrworker-parallel: ${error.message}`);
    process.exit(error instanceof ZmqEndpointError ? 2 : 1);
  });
  try {
    const { values } = parseArgs({
      options: {
        endpoint: { type: "string", default: "tcp://localhost:5560" },
        name: { type: "string", default: "A" },
        workers: { type: "string", default: "5" },
        work: { type: "string", default: "1000" },
      },
    });
    const { endpoint, name } = values;
    const workers = Number(values.workers);
    if (!Number.isInteger(workers) || workers < 1 || workers > 500) {
      throw new Error(`--workers is a number from 1 to 500, not "${values.workers}"`);
    }
    const workTime = Number(values.work);
    if (!(workTime >= 0 && workTime < 2 ** 31))
      throw new Error(`--work is a number of ms, not "${values.work}"`);
    return { endpoint, name, workers, workTime };
  } catch (error) {
    const [why] = (error as Error).message.split("\n");
    console.error(
      `usage: rrworker-parallel [--endpoint ADDRESS] [--name NAME] [--workers N] [--work MS]   (${why})`,
    );
    process.exit(2);
  }
}
