// A monitor class: a SUB, connected to tcp://127.0.0.1:7103, prints what it receives, and how its
// connection stands whenever that changes.

import { ZmqFactory, ZmqSubConnection } from "tx0mq";
import { flags } from "tx0mq/flags";
import { ConnectionState } from "./connection-state.ts";

const { endpoint } = flags({ endpoint: "tcp://127.0.0.1:7103" });

const factory = new ZmqFactory();
factory.registerForShutdown(); // Ctrl-C ends the loop below
const subscriber = new ZmqSubConnection(factory);
subscriber.subscribe();

const connection = new ConnectionState(subscriber);
connection.on("change", (state, { type, address }) => {
  console.log(`${state} (${type} ${address}; connected ${connection.connections} times)`);
});
subscriber.addEndpoints({ connect: endpoint });

for await (const message of subscriber) console.log(`received ${message}`);
