// Task sink, design 2: a PULL for results at tcp://*:5558, and an XPUB at tcp://*:5559 that tells the
// workers when all is done. It leaves as the last.

import { parseArgs } from "node:util";
import {
  ZmqEndpoint,
  ZmqEndpointError,
  ZmqFactory,
  ZmqPullConnection,
  ZmqXPubConnection,
} from "tx0mq";

const RESULTS = 100;
const addresses = commandLine();

const factory = new ZmqFactory();
factory.registerForShutdown();
const receiver = new ZmqPullConnection(factory, ZmqEndpoint.bind(addresses.sink));
const controller = new ZmqXPubConnection(factory, ZmqEndpoint.bind(addresses.control), {
  verboser: true, // tell of every subscriber that comes, and of every one that goes
});
console.log(
  `tasksink2 listening on ${receiver.lastEndpoint}, control on ${controller.lastEndpoint}`,
);

await nextResult(); // the start of the batch
const start = performance.now();
for (let results = 1; results <= RESULTS; results++) {
  await nextResult();
  if (results % 10 === 0) console.log(`${results} of ${RESULTS} results`);
}
console.log(`Total elapsed time: ${Math.round(performance.now() - start)} msec`);

// A SUB hears nothing that was said before its subscription came. So KILL is said to each worker that
// has come, late ones too, until the last of them has gone.
let workers = 0;
while (workers > 0 || controller.readable) {
  const [news] = await controller.receive();
  if (news?.[0] === 1) {
    workers++;
    await controller.send("KILL");
  } else if (news?.[0] === 0) workers--;
  else console.error("tasksink2: refused a message that is no subscription");
}
await factory.shutdown();
console.log("tasksink2 is done");

async function nextResult(): Promise<void> {
  while ((await receiver.receive()).length > 1) {
    console.error("tasksink2: refused a result of several frames");
  }
}

function commandLine(): { sink: string; control: string } {
  process.on("uncaughtException", (error) => {
    console.error(`tasksink2: ${error.message}`);
    process.exit(error instanceof ZmqEndpointError ? 2 : 1);
  });
  try {
    return parseArgs({
      options: {
        sink: { type: "string", default: "tcp://*:5558" },
        control: { type: "string", default: "tcp://*:5559" },
      },
    }).values;
  } catch (error) {
    const [why] = (error as Error).message.split("\n");
    console.error(`usage: tasksink2 [--sink ADDRESS] [--control ADDRESS]   (${why})`);
    process.exit(2);
  }
}
