// Freelance server, model two: a REP, bound to the endpoint given, replies OK, under the number that came
// with the request.

import { ZmqFactory, ZmqRepConnection } from "tx0mq";
import { flags } from "tx0mq/flags";

const { endpoint } = flags({}, { endpoint: "tcp://*:5555" });

const factory = new ZmqFactory();
factory.registerForShutdown();
const server = new ZmqRepConnection(factory, { bind: endpoint });
console.log(`Service is ready at ${server.address}`);

await server.serve(([sequence, ...request]) => {
  if (request.length === 1) return [sequence, "OK"];
  console.error(`flserver2: invalid request: ${1 + request.length} frames`);
  return [sequence, "ERROR"];
});
