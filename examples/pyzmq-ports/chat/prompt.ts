// Chat, the prompt: a PUB, bound to the address given, sends each line that is typed, under the name given.

import { once } from "node:events";
import { userInfo } from "node:os";
import { createInterface } from "node:readline";
import { ZmqFactory, ZmqPubConnection } from "tx0mq";
import { flags } from "tx0mq/flags";

const { address, who } = flags({}, { address: "tcp://127.0.0.1:5555", who: userInfo().username });

const factory = new ZmqFactory();
factory.registerForShutdown();
const socket = new ZmqPubConnection(factory, { bind: address });

console.log(`${who} speaks at ${socket.address} (Ctrl-D ends)`);
const { stdin: input, stdout: output } = process;
const terminal = createInterface({ input, output, prompt: `${who}> ` });
terminal.on("SIGINT", () => terminal.close()); // Ctrl-C, while a line is edited
terminal.on("line", (line) => {
  socket.send([who, line]);
  terminal.prompt();
});
terminal.prompt();
await once(terminal, "close");
await factory.shutdown();
