// Weather update client: a SUB socket, connected to tcp://localhost:5556.
// Subscribes to one zip code, collects 100 updates, and prints the average temperature.

import { parseArgs } from "node:util";
import { ZmqEndpoint, ZmqEndpointError, ZmqFactory, ZmqSubConnection } from "tx0mq";

const { endpoint, zipcode, count } = commandLine();

const factory = new ZmqFactory();
factory.registerForShutdown();
const subscriber = new ZmqSubConnection(factory, ZmqEndpoint.connect(endpoint));
console.log(`Collecting updates for zip code ${zipcode} from weather server at ${endpoint}`);

// A subscription is what messages begin with: the space keeps longer codes out. Without any
// subscription, nothing comes.
subscriber.subscribe(`${zipcode} `);

const update = new RegExp(`^${zipcode} (-?\\d{1,3}) \\d{1,3}$`);
let total = 0;
for (let updates = 0; updates < count; ) {
  const message = (await subscriber.receive()).join("|");
  const [, temperature] = update.exec(message) ?? [];
  if (temperature === undefined) {
    console.error(`wuclient: refused a malformed update: ${JSON.stringify(message)}`);
  } else {
    total += Number(temperature);
    updates += 1;
  }
}
console.log(`Average temperature for zip code ${zipcode} was ${(total / count).toFixed(1)} F`);

await factory.shutdown();

function commandLine(): { endpoint: string; zipcode: string; count: number } {
  process.on("uncaughtException", (error) => {
    console.error(`wuclient: ${error.message}`);
    process.exit(error instanceof ZmqEndpointError ? 2 : 1);
  });
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        endpoint: { type: "string", default: "tcp://localhost:5556" },
        count: { type: "string", default: "100" },
      },
    });
    const [zipcode = "10001", ...more] = positionals;
    if (more.length > 0) throw new Error("for several zip codes there is wuclient-parallel");
    if (!/^\d{5}$/.test(zipcode)) throw new Error(`a zip code has five digits, not "${zipcode}"`);
    if (!/^[1-9]\d{0,8}$/.test(values.count)) {
      throw new Error(`--count is a whole number from 1 on, not "${values.count}"`);
    }
    return { endpoint: values.endpoint, zipcode, count: Number(values.count) };
  } catch (error) {
    const [why] = (error as Error).message.split("\n");
    console.error(`usage: wuclient [ZIPCODE] [--endpoint ADDRESS] [--count UPDATES]   (${why})`);
    process.exit(2);
  }
}
