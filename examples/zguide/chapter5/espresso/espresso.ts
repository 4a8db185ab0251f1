// Espresso: a proxy between publishers at tcp://*:6000 and subscribers, for whom it is bound to
// tcp://*:6001. A listener gets a copy of all that passes: messages one way, subscriptions the other.

import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import {
  proxy,
  ZmqFactory,
  ZmqPairConnection,
  ZmqPubConnection,
  ZmqSubConnection,
  ZmqXPubConnection,
  ZmqXSubConnection,
} from "tx0mq";
import { flags, oneOf } from "tx0mq/flags";

const { role, period, ...at } = flags({
  role: oneOf("all", "publisher", "proxy", "subscriber"),
  frontend: "tcp://*:6000",
  backend: "tcp://*:6001",
  period: 100,
});

const factory = new ZmqFactory();
factory.registerForShutdown();
if (role === "all" || role === "publisher") publisher();
if (role === "all" || role === "proxy") listeningProxy();
if (role === "all" || role === "subscriber") subscriber();

/** Publishes random messages that start with A to J, whether anybody listens or not. */
async function publisher(): Promise<void> {
  const socket = new ZmqPubConnection(factory, { bind: at.frontend });
  at.frontend = socket.address; // the real port
  console.log(`Publisher at ${socket.address}`);
  while (!factory.closed) {
    const letter = "ABCDEFGHIJ".charAt(randomInt(10));
    await socket.send(`${letter}-${String(randomInt(100_000)).padStart(5, "0")}`);
    await sleep(period);
  }
}

/** Wants what starts with A or B, takes five messages, and leaves. */
async function subscriber(): Promise<void> {
  const socket = new ZmqSubConnection(factory, { connect: local(at.backend) });
  for (const letter of ["A", "B"]) socket.subscribe(letter);
  for (let count = 0; count < 5; count++) await socket.receive();
  console.log("Subscriber received 5 messages, and leaves");
  await socket.shutdown();
}

/** Passes everything on, and prints it: the copies come through a pipe, a pair of PAIR sockets. */
async function listeningProxy(): Promise<void> {
  const frontend = new ZmqXSubConnection(factory, { connect: local(at.frontend) });
  const backend = new ZmqXPubConnection(factory, { bind: at.backend });
  const capture = new ZmqPairConnection(factory, { bind: "inproc://listener" });
  const listener = new ZmqPairConnection(factory, { connect: "inproc://listener" });
  at.backend = backend.address;
  console.log(`Proxy at ${backend.address}`);
  proxy(frontend, backend, { capture });

  let wanted = 0; // topics
  for await (const message of listener) {
    console.log(message.map(shown).join(" "));
    if (message[0][0] === 1) wanted += 1;
    if (message[0][0] === 0) wanted -= 1;
    if (wanted === 0 && role === "all") break;
  }
  if (!factory.closed) console.log("Nobody listens: the publisher sends, and nothing passes");
  await factory.shutdown();
}

/** A frame with its length: as text, or in hexadecimal digits. */
function shown(frame: Buffer): string {
  const text = /^[ -~]*$/.test(String(frame)) ? frame : frame.toString("hex").toUpperCase();
  return `[${String(frame.length).padStart(3, "0")}] ${text}`;
}

/** Where to connect to what is bound on this machine. */
function local(address: string): string {
  return address.replace("*", "localhost");
}
