// Weather update client: a SUB socket, connected to tcp://localhost:5556.
// Subscribes to one zip code, collects 100 updates, and prints the average temperature.

import { ZmqFactory, ZmqSubConnection } from "tx0mq";
import { flags } from "tx0mq/flags";

const { endpoint, count, zipcode } = flags(
  { endpoint: "tcp://localhost:5556", count: 100 },
  { zipcode: "10001" },
);

const factory = new ZmqFactory();
factory.registerForShutdown();
const subscriber = new ZmqSubConnection(factory, { connect: endpoint });
subscriber.subscribe(`${zipcode} `); // what the messages begin with; without it, nothing comes
console.log(`Collecting ${count} updates for zip code ${zipcode} from ${endpoint}`);

let total = 0;
for (let updates = 0; updates < count; updates++) {
  const [update] = await subscriber.receive();
  const [, temperature] = update.toString().split(" ");
  total += Number(temperature);
}
console.log(`Average temperature for zip code ${zipcode} was ${(total / count).toFixed(1)} F`);
