// Chat, the display: a SUB, connected to the addresses of any number of prompts, prints who says what.

import { ZmqFactory, ZmqSubConnection } from "tx0mq";
import { flags } from "tx0mq/flags";

const { addresses } = flags({}, { addresses: ["tcp://127.0.0.1:5555"] });

const factory = new ZmqFactory();
factory.registerForShutdown(); // Ctrl-C ends the loop below
const socket = new ZmqSubConnection(factory);
socket.subscribe();
for (const address of addresses) {
  console.log(`Connecting to: ${address}`);
  socket.addEndpoints({ connect: address });
}

for await (const [who, line] of socket) {
  if (line) console.log(`${who}: ${line}`);
  else console.error("display: invalid message");
}
