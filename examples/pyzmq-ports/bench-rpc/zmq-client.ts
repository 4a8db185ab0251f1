// ZeroMQ's client: a REQ, connected to tcp://127.0.0.1:10001, measures its calls.

import { ZmqFactory } from "tx0mq";
import { flags } from "tx0mq/flags";
import { table } from "./benchmark.ts";
import { zmqEcho } from "./clients.ts";

const { endpoint, max, period } = flags({ endpoint: "tcp://127.0.0.1:10001", max: 6, period: 300 });

const factory = new ZmqFactory();
factory.registerForShutdown();
await table(endpoint, zmqEcho(factory, endpoint), max, period);
await factory.shutdown();
