/* Uses up its file descriptors, and goes on as soon as there are some. */
import { closeSync, openSync } from "node:fs";
import type { Transport } from "../transports/transport.js";
import { TRANSPORTS } from "../transports/transports.js";
import { connected, Listening } from "./streams.js";

const name = process.argv[2] ?? "tcp";
const transport = TRANSPORTS.get(name) as Transport;
const place = name === "tcp" ? "127.0.0.1:*" : "*";
const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code;

const listening = new Listening(transport, place);
const taken: number[] = [];
function takeAll(): void {
  try {
    for (;;) taken.push(openSync("/dev/null", "r"));
  } catch (error) {
    console.log("full", codeOf(error));
  }
}
function giveBack(): void {
  for (const fd of taken.splice(0)) closeSync(fd);
}

takeAll();
try {
  new Listening(transport, place);
} catch (error) {
  console.log("listen", codeOf(error));
}
await connected(transport, listening.place).catch((error) => console.log("connect", codeOf(error)));
giveBack();

// Enough to connect, but not to accept: libuv ends such a connection without notice.
takeAll();
closeSync(taken.pop() as number);
const dropped = await connected(transport, listening.place);
await dropped.until(() => dropped.ends > 0);
console.log("accepted", listening.accepted.length);
giveBack();

const client = await connected(transport, listening.place);
client.stream.write([Buffer.from("hello")]);
const server = await listening.nth(0);
await server.until(() => server.text === "hello");
console.log("again");
await listening.stop();
