// A client of the document store: a DEALER, connected to tcp://127.0.0.1:5000, adds ten documents and
// finds each again.

import { ZmqDealerConnection, ZmqFactory } from "tx0mq";
import { flags } from "tx0mq/flags";

const { endpoint, count, timeout } = flags({
  endpoint: "tcp://127.0.0.1:5000",
  count: 10,
  timeout: 5000,
});

const factory = new ZmqFactory();
factory.registerForShutdown();
const dealer = new ZmqDealerConnection(factory, { connect: endpoint });

for (let i = 0; i < count; i++) {
  const document = { job: String(i) };
  console.log("Adding doc", document);
  console.log(await request("add", document));
}
for (let i = 0; i < count; i++) {
  const query = { job: String(i) };
  console.log("Getting doc matching query:", query);
  console.log(JSON.parse(await request("get", query)));
}
await factory.shutdown();

async function request(operation: string, document: object): Promise<string> {
  await dealer.send([operation, JSON.stringify(document)]);
  const reply = String(await dealer.receive({ timeout }));
  if (reply.startsWith("Error: ")) throw new Error(reply.slice("Error: ".length));
  return reply;
}
