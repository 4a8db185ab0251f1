// Freelance server, model one: a REP, bound to the endpoint given, sends back what it gets.

import { ZmqFactory, ZmqRepConnection } from "tx0mq";
import { flags } from "tx0mq/flags";

const { endpoint } = flags({}, { endpoint: "tcp://*:5555" });

const factory = new ZmqFactory();
factory.registerForShutdown(); // Ctrl-C ends the loop below
const server = new ZmqRepConnection(factory, { bind: endpoint });
console.log(`Echo service is ready at ${server.address}`);

for await (const message of server) await server.send(message);
