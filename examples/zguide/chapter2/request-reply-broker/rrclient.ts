// Request-reply client: a REQ socket, connected to the broker at tcp://localhost:5559.
// Sends "Hello" ten times, each time when the reply to the last one has come.

import { ZmqFactory, ZmqReqConnection } from "tx0mq";
import { flags } from "tx0mq/flags";

const { endpoint, request } = flags({ endpoint: "tcp://localhost:5559", request: "Hello" });

const factory = new ZmqFactory();
factory.registerForShutdown();
const requester = new ZmqReqConnection(factory, { connect: endpoint });
console.log(`rrclient sends ten requests to ${endpoint}`);

for (let number = 1; number <= 10; number++) {
  await requester.send(request);
  const [reply] = await requester.receive();
  console.log(`Received reply ${number} [${reply}]`);
}
