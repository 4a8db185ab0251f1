// Weather update clients in parallel: a SUB socket for each zip code, connected to
// tcp://localhost:5556. All wait on one event loop; each prints its average when it has five updates.

import { ZmqFactory, ZmqSubConnection } from "tx0mq";
import { flags } from "tx0mq/flags";

const { endpoint, count, zipcodes } = flags(
  { endpoint: "tcp://localhost:5556", count: 5 },
  { zipcodes: ["10001", "10002", "10003"] },
);

const factory = new ZmqFactory();
factory.registerForShutdown();
console.log(`Collecting ${count} updates for each of ${zipcodes.join(", ")} from ${endpoint}`);
await Promise.all(zipcodes.map(collect));

async function collect(zipcode: string): Promise<void> {
  const subscriber = new ZmqSubConnection(factory, { connect: endpoint });
  subscriber.subscribe(`${zipcode} `);
  let total = 0;
  for (let updates = 0; updates < count; updates++) {
    const [update] = await subscriber.receive();
    const [, temperature] = update.toString().split(" ");
    total += Number(temperature);
  }
  console.log(`Average temperature for zip code ${zipcode} was ${(total / count).toFixed(1)} F`);
  await subscriber.shutdown();
}
