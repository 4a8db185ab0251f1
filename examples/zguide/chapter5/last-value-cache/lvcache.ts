// Last value cache: a SUB, connected to the publisher at tcp://localhost:5557, and an XPUB for
// subscribers, bound to tcp://*:5558. A new subscriber to a topic gets its last value at once.

import { type Message, ZmqFactory, ZmqSubConnection, ZmqXPubConnection } from "tx0mq";
import { flags } from "tx0mq/flags";

const at = flags({ frontend: "tcp://localhost:5557", backend: "tcp://*:5558" });

const factory = new ZmqFactory();
factory.registerForShutdown();
const frontend = new ZmqSubConnection(factory, { connect: at.frontend });
const backend = new ZmqXPubConnection(factory, { bind: at.backend }, { manual: true });
console.log(`lvcache listening on ${backend.address}, updates from ${at.frontend}`);
const cache = new Map<string, Message>(); // the last update of each topic
frontend.subscribe(); // to every topic

frontend.on("message", (update) => {
  cache.set(update[0].toString("latin1"), update);
  backend.send(update); // to all who have subscribed to its topic
});

// A byte 1 and a topic is a subscription; a byte 0 takes it back.
backend.on("message", ([event]) => {
  const topic = event.subarray(1);
  if (event[0] === 0) backend.unsubscribe(topic);
  if (event[0] !== 1) return;
  backend.subscribe(topic);
  const update = cache.get(topic.toString("latin1"));
  if (update === undefined) return;
  console.log(`Sending cached topic ${topic}`);
  backend.answer(update); // to this subscriber alone
});
