// ZeroMQ's server: a REP, bound to tcp://127.0.0.1:10001, sends each message back.

import { ZmqFactory, ZmqRepConnection } from "tx0mq";
import { flags } from "tx0mq/flags";

const { endpoint } = flags({ endpoint: "tcp://127.0.0.1:10001" });

const factory = new ZmqFactory();
factory.registerForShutdown();
const rep = new ZmqRepConnection(factory, { bind: endpoint });
console.log(`zmq-server at ${rep.address}`);

for await (const message of rep) await rep.send(message);
