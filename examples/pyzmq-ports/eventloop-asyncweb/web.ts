// Web requests that wait for nothing: each one to http://127.0.0.1:8888/ sends "hello" to an echo server
// (eventloop-echostream) on tcp://127.0.0.1:5555, and is answered at once. Echoes are printed as they come.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { ZmqFactory, ZmqXREQConnection } from "tx0mq";
import { flags } from "tx0mq/flags";

const { endpoint, http, timeout } = flags({
  endpoint: "tcp://127.0.0.1:5555",
  http: 8888,
  timeout: 5000,
});

const factory = new ZmqFactory();
factory.registerForShutdown();
const client = new ZmqXREQConnection(factory, { connect: endpoint }, { requestTimeout: timeout });

const server = createServer((_request, response) => {
  console.log("sending hello");
  client.sendMsg("hello").then(
    ([echo]) => console.log(`echoed: ${echo}`),
    (error) => console.log(`no echo: ${error.message}`),
  );
  response.end("hello");
});
server.listen(http, "127.0.0.1", () => {
  console.log(`open http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
});
