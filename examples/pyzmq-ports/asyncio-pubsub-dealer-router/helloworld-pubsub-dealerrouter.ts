// Two patterns side by side on one event loop: a PUB says hello to a SUB, bound to tcp://127.0.0.1:5555,
// and a DEALER asks a ROUTER, bound to tcp://127.0.0.1:5556, to say it in another language.

import { setTimeout as sleep } from "node:timers/promises";
import {
  ZmqDealerConnection,
  ZmqFactory,
  ZmqPubConnection,
  ZmqRouterConnection,
  ZmqSubConnection,
} from "tx0mq";
import { flags, oneOf } from "tx0mq/flags";

const { role, hellos, commands, period } = flags({
  role: oneOf("all", "speaker", "listener"),
  hellos: "tcp://127.0.0.1:5555",
  commands: "tcp://127.0.0.1:5556",
  period: 500,
});

const factory = new ZmqFactory();
factory.registerForShutdown();
if (role !== "speaker") listen();
if (role !== "listener") speak();

/** Says hello in the language that it was asked for last. */
async function speak(): Promise<void> {
  let hello = "Hello World";
  const router = new ZmqRouterConnection(factory, { bind: commands });
  router.on("message", ([dealer, command]) => {
    hello = hello === "Hello World" ? "Hello Sekai" : "Hello World";
    console.log(`router: ${command} (from ${dealer})`);
  });
  const pub = new ZmqPubConnection(factory, { connect: hellos });
  for (; !pub.closed; await sleep(period)) {
    console.log(`pub: ${hello}`);
    await pub.publish(hello, "world");
  }
}

/** Hears it, and asks for the other language now and then. */
async function listen(): Promise<void> {
  const sub = new ZmqSubConnection(factory, { bind: hellos });
  sub.subscribe("world");
  sub.on("message", (frames) => {
    const { tag, message } = ZmqSubConnection.unwrap(frames);
    console.log(`sub: ${message} (topic ${tag})`);
  });
  const identity = { routingId: "lang_dealer" };
  const dealer = new ZmqDealerConnection(factory, { connect: commands }, identity);
  while (!dealer.closed) {
    await sleep(4 * period);
    await dealer.send("Change that language!");
  }
}
