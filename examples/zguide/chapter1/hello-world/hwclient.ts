// Hello World client: a REQ socket, connected to tcp://localhost:5555.
// Sends "Hello" ten times, each time when the reply to the last one has come.

import { ZmqFactory, ZmqReqConnection } from "tx0mq";
import { flags } from "tx0mq/flags";

const { endpoint } = flags({ endpoint: "tcp://localhost:5555" });

const factory = new ZmqFactory();
factory.registerForShutdown(); // closes the socket on Ctrl-C, and at the end
const requester = new ZmqReqConnection(factory, { connect: endpoint });
console.log(`Connecting to the hello world server at ${endpoint}`);

for (let request = 0; request < 10; request++) {
  console.log(`Sending Hello ${request}`);
  await requester.send("Hello");
  const [reply] = await requester.receive();
  console.log(`Received ${reply} ${request}`);
}
