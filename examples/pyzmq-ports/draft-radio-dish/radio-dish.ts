// RADIO and DISH over UDP: a DISH, bound to udp://*:5556, has joined the group "numbers", and hears what
// a RADIO, connected to it, says there, and nothing of what it says elsewhere. Both types are drafts.

import { setTimeout as sleep } from "node:timers/promises";
import { ZmqDishConnection, ZmqFactory, ZmqRadioConnection, ZmqTimeoutError, zmqHas } from "tx0mq";
import { flags } from "tx0mq/flags";

const { bind, connect, period } = flags({
  bind: "udp://*:5556",
  connect: "udp://127.0.0.1:5556",
  period: 100,
});

if (!zmqHas("draft")) {
  console.error("radio-dish: this build of libzmq has no draft sockets");
  process.exit(1);
}
const factory = new ZmqFactory();
factory.registerForShutdown();
const dish = new ZmqDishConnection(factory, { bind });
dish.join("numbers");
const radio = new ZmqRadioConnection(factory, { connect });

for (let n = 0; n < 10; n++) {
  await sleep(period);
  await radio.send([String(n), { group: "letters" }]); // nobody has joined it
  await radio.send([String(n).padStart(3, "0"), { group: "numbers" }]);
  try {
    const [message, { group }] = await dish.receive({ timeout: 10 * period });
    console.log(`Received ${group}:${message}`);
  } catch (error) {
    if (!(error instanceof ZmqTimeoutError)) throw error;
    console.log("missed a message");
  }
}
await factory.shutdown();
