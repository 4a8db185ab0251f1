// ROUTER to DEALER: a broker with a ROUTER, bound to tcp://*:5671, and ten workers, each with a DEALER.
// As with REQ workers, but a DEALER leaves the empty frame before each message to the worker.

import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { ZmqDealerConnection, ZmqFactory, ZmqRouterConnection } from "tx0mq";
import { flags, oneOf } from "tx0mq/flags";

const { role, bind, connect, workers, slow, work, time } = flags({
  role: oneOf("all", "broker", "worker"),
  bind: "tcp://*:5671",
  connect: "tcp://localhost:5671",
  workers: 10,
  slow: 0,
  work: 500,
  time: 5000,
});

const factory = new ZmqFactory();
factory.registerForShutdown();
if (role === "worker") {
  console.log(`Worker ${process.pid} waits for work from ${connect}`);
  await worker(process.pid, connect);
} else await broker();

/** Gives work to each worker that asks. Five seconds after the first question, it fires them instead. */
async function broker(): Promise<void> {
  const router = new ZmqRouterConnection(factory, { bind });
  console.log(`rtdealer listening on ${router.address}, gives out work for ${time} ms`);
  if (role === "all") for (let n = 0; n < workers; n++) worker(n, router.address);

  let end: number | undefined;
  let tasks = 0;
  const fired = new Set<string>(); // a worker that asks again counts once
  while (fired.size < workers) {
    const [identity] = await router.receive(); // then an empty frame, and the question
    end ??= performance.now() + time;
    if (performance.now() < end) {
      await router.send([identity, "", "Work harder"]);
      tasks++;
      if (tasks % 50 === 0) console.log(`${tasks} tasks given out`);
    } else {
      await router.send([identity, "", "Fired!"]);
      fired.add(identity.toString("hex"));
    }
  }
}

async function worker(n: number, address: string): Promise<void> {
  const routingId = randomBytes(4).toString("hex"); // text, as the C original's broker needs
  const socket = new ZmqDealerConnection(factory, { connect: address }, { routingId });
  const longest = n < slow ? 10 * work : work;
  for (let total = 0; ; total++) {
    await socket.send(["", "Hi Boss"]);
    const [, order] = await socket.receive();
    // The guide's Python broker says END.
    if (["Fired!", "END"].includes(String(order))) {
      return console.log(`Worker ${n} completed: ${total} tasks`);
    }
    await sleep(1 + Math.random() * longest);
  }
}
