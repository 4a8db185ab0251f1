// Interrupting a loop: a SUB displays what the publishers given say. It is connected to a PUB of its own
// too, bound to inproc://control, by which Ctrl-C tells the loop to quit.

import { ZmqFactory, ZmqPubConnection, ZmqSubConnection } from "tx0mq";
import { flags } from "tx0mq/flags";

const { control, addresses } = flags({ control: "inproc://control" }, { addresses: [] });

const factory = new ZmqFactory();
const controller = new ZmqPubConnection(factory, { bind: control });
const updates = new ZmqSubConnection(factory, { connect: controller.address });
updates.subscribe();
for (const address of addresses) {
  console.log(`Connecting to: ${address}`);
  updates.addEndpoints({ connect: address });
}
process.on("SIGINT", () => controller.send(["Ctrl-C", "quit"]));
console.log("Ctrl-C quits");

for await (const [account, ...words] of updates) {
  const message = words.join(" ");
  if (words.length === 0) console.error("display: invalid message");
  else if (message === "quit") {
    console.log(`Killed by ${account}.`);
    break;
  } else console.log(`${account}: ${message}`);
}
await factory.shutdown();
