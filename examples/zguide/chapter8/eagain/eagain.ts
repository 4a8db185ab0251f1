// EAGAIN: a DEALER, connected to tcp://localhost:9876 where nobody listens, holds four messages. There
// is no room for the fifth: send() says so at once.

import { ZmqDealerConnection, ZmqFactory, ZmqTimeoutError } from "tx0mq";
import { flags } from "tx0mq/flags";

const { endpoint } = flags({ endpoint: "tcp://localhost:9876" });

const factory = new ZmqFactory({ lingerPeriod: 0 });
const options = { sendHighWaterMark: 4 };
const mailbox = new ZmqDealerConnection(factory, { connect: endpoint }, options);

try {
  for (let count = 0; count < 10; count++) {
    console.log(`Sending message ${count}`);
    await mailbox.send(`message ${count}`, { timeout: 0 }); // without it, send() waits for room
  }
} catch (error) {
  if (!(error instanceof ZmqTimeoutError)) throw error;
  console.log(`${error.errno}: ${error.message}`);
}
await factory.shutdown();
