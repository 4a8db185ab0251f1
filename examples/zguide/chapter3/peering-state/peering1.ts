// Broker peering, part 1: the state flow. `peering1 DC1 DC2 DC3` is the broker DC1: its PUB at
// ipc://DC1-state.ipc tells each second how many workers are free, its SUB hears DC2 and DC3 do so.

import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import {
  ZmqEndpoint,
  ZmqEndpointError,
  ZmqFactory,
  ZmqPubConnection,
  ZmqSubConnection,
} from "tx0mq";

const NAME = /^[^\p{Cc}]{1,255}$/u;
const NUMBER = /^\d{1,9}$/;

const { self, peers, period } = commandLine();

const factory = new ZmqFactory();
factory.registerForShutdown();
const statebe = new ZmqPubConnection(factory, ZmqEndpoint.bind(`ipc://${self}-state.ipc`));
const statefe = new ZmqSubConnection(
  factory,
  peers.map((peer) => ZmqEndpoint.connect(`ipc://${peer}-state.ipc`)),
);
console.log(`I: broker ${self} listening on ${statebe.lastEndpoint}`);

statefe.subscribe("");
statefe.on("message", (frames) => {
  const [peer, available] = frames;
  if (frames.length !== 2 || !is(NAME, peer) || !is(NUMBER, available)) {
    console.error(`peering1: refused a state message of ${frames.length} frames`);
    return;
  }
  console.log(`${peer} - ${available} workers free`);
});

// The number is made up: no workers yet. Sending has a timer of its own and does not mind what comes in.
setInterval(() => statebe.publish(String(randomInt(10)), self), period);

function is(what: RegExp, frame: Buffer | undefined): boolean {
  return frame !== undefined && frame.length <= 1024 && what.test(String(frame));
}

function commandLine(): { self: string; peers: string[]; period: number } {
  process.on("uncaughtException", (error) => {
    console.error(`peering1: ${error.message}`);
    process.exit(error instanceof ZmqEndpointError ? 2 : 1);
  });
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { period: { type: "string", default: "1000" } },
    });
    const [self, ...peers] = positionals;
    if (!self || peers.includes("")) throw new Error("a broker needs a name");
    if (new Set(positionals).size < positionals.length) throw new Error("each name stands once");
    const period = Number(values.period);
    if (!(period >= 1 && period < 2 ** 31)) {
      throw new Error(`--period is a number of ms, not "${values.period}"`);
    }
    return { self, peers, period };
  } catch (error) {
    const [why] = (error as Error).message.split("\n");
    console.error(`usage: peering1 [--period MS] SELF [PEER ...]   (${why})`);
    process.exit(2);
  }
}
