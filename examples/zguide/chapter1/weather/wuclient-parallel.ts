// Weather update clients in parallel: a SUB socket for each zip code, connected to
// tcp://localhost:5556. All wait on one event loop; each prints its average when it has five updates.

import { parseArgs } from "node:util";
import { ZmqEndpoint, ZmqEndpointError, ZmqFactory, ZmqSubConnection } from "tx0mq";

const { endpoint, zipcodes, count } = commandLine();

const factory = new ZmqFactory();
factory.registerForShutdown();
console.log(`Collecting updates for ${zipcodes.join(", ")} from weather server at ${endpoint}`);
await Promise.all(zipcodes.map(collect));
await factory.shutdown();

async function collect(zipcode: string): Promise<void> {
  const subscriber = new ZmqSubConnection(factory, ZmqEndpoint.connect(endpoint));
  subscriber.subscribe(`${zipcode} `);

  const update = new RegExp(`^${zipcode} (-?\\d{1,3}) \\d{1,3}$`);
  let total = 0;
  for (let updates = 0; updates < count; ) {
    const message = (await subscriber.receive()).join("|");
    const [, temperature] = update.exec(message) ?? [];
    if (temperature === undefined) {
      console.error(`wuclient-parallel: refused a malformed update: ${JSON.stringify(message)}`);
    } else {
      total += Number(temperature);
      updates += 1;
    }
  }
  console.log(`Average temperature for zip code ${zipcode} was ${(total / count).toFixed(1)} F`);
  await subscriber.shutdown();
}

function commandLine(): { endpoint: string; zipcodes: string[]; count: number } {
  process.on("uncaughtException", (error) => {
    console.error(`wuclient-parallel: ${error.message}`);
    process.exit(error instanceof ZmqEndpointError ? 2 : 1);
  });
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        endpoint: { type: "string", default: "tcp://localhost:5556" },
        count: { type: "string", default: "5" },
      },
    });
    const zipcodes = positionals.length > 0 ? positionals : ["10001", "10002", "10003"];
    for (const zipcode of zipcodes) {
      if (!/^\d{5}$/.test(zipcode)) throw new Error(`a zip code has five digits, not "${zipcode}"`);
    }
    if (!/^[1-9]\d{0,8}$/.test(values.count)) {
      throw new Error(`--count is a whole number from 1 on, not "${values.count}"`);
    }
    return { endpoint: values.endpoint, zipcodes, count: Number(values.count) };
  } catch (error) {
    const [why] = (error as Error).message.split("\n");
    const flags = "[ZIPCODE ...] [--endpoint ADDRESS] [--count UPDATES]";
    console.error(`usage: wuclient-parallel ${flags}   (${why})`);
    process.exit(2);
  }
}
