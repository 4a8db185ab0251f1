// Two PULLs, bound to inproc://polltest1 and inproc://polltest2, polled by one task, while another task
// sends to both in turn by one PUSH. Nothing but awaiting is needed to let the other go on.

import { setTimeout as sleep } from "node:timers/promises";
import { poll, ZmqFactory, ZmqPullConnection, ZmqPushConnection } from "tx0mq";
import { flags } from "tx0mq/flags";

const { first, second, messages, period } = flags({
  first: "inproc://polltest1",
  second: "inproc://polltest2",
  messages: 10,
  period: 1000,
});

const factory = new ZmqFactory();
factory.registerForShutdown();
const receiver1 = new ZmqPullConnection(factory, { bind: first });
const receiver2 = new ZmqPullConnection(factory, { bind: second });
sender();

for (let received = 0; received < messages; ) {
  const { readable } = await poll({ readable: [receiver1, receiver2] });
  for (const receiver of readable) {
    const name = receiver === receiver1 ? "receiver1" : "receiver2";
    console.log(`Message from ${name}: ${await receiver.receive()}`);
    received += 1;
  }
}
console.log(`${messages} messages received`);
await factory.shutdown();

async function sender(): Promise<void> {
  const endpoints = [{ connect: receiver1.address }, { connect: receiver2.address }];
  const push = new ZmqPushConnection(factory, endpoints);
  for (let i = 0; i < messages; i++) {
    await push.send(`test ${i}`);
    await sleep(period);
  }
}
