// Paranoid Pirate worker: a DEALER, connected to tcp://localhost:5556. It sends each request back, and
// a heartbeat a second. When the queue is silent it connects anew, after pauses that double.

import { randomBytes, randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { ZmqDealerConnection, ZmqFactory } from "tx0mq";
import { flags } from "tx0mq/flags";

const { endpoint, heartbeat, liveness, work, overload, faultless, ...pauses } = flags({
  endpoint: "tcp://localhost:5556",
  heartbeat: 1000,
  liveness: 3,
  shortest: 1000, // pause before it connects anew
  longest: 32_000,
  work: 1000,
  overload: 3000,
  faultless: false,
});
const READY = "\x01";
const HEARTBEAT = "\x02";

const factory = new ZmqFactory();
factory.registerForShutdown();
let pause = pauses.shortest;
let cycles = 0;

for (;;) {
  await serve();
  if (factory.closed) break;
  console.log(`No sign of the queue: connecting anew in ${pause} ms`);
  await sleep(pause);
  pause = Math.min(2 * pause, pauses.longest);
}

/** Works until the queue has been silent for too long. */
async function serve(): Promise<void> {
  const options = { routingId: randomBytes(4).toString("hex") };
  const worker = new ZmqDealerConnection(factory, [], options);
  // Anew when a connection breaks, for a request may be lost with it. At the worker's end it is too late.
  const ready = () => worker.send(READY).catch(() => {});
  worker.on("handshakeSucceeded", () => worker.once("disconnected", ready));
  worker.addEndpoints({ connect: endpoint });
  await worker.send(READY);
  console.log(`${options.routingId}: ready`);
  const beats = setInterval(() => worker.send(HEARTBEAT), heartbeat);
  // So many beats without a word from the queue end the loop below.
  const giveUpLater = () => setTimeout(() => worker.shutdown(), heartbeat * liveness);
  let silence = giveUpLater();
  for await (const message of worker) {
    clearTimeout(silence); // while it works, it does not hear the queue
    pause = pauses.shortest;
    const delimiter = message.findIndex((frame) => frame.length === 0);
    if (delimiter > 0) {
      await simulateFaults();
      console.log(`${options.routingId}: normal reply`);
      await sleep(work);
      await worker.send(message); // [client, "", request]; a proxy's address may come first
    } else if (String(message) !== HEARTBEAT) {
      console.error(`ppworker: invalid message: ${message.length} frames`);
    }
    silence = giveUpLater();
  }
  clearTimeout(silence);
  clearInterval(beats);
}

async function simulateFaults(): Promise<void> {
  cycles += 1;
  if (faultless || cycles <= 3) return;
  if (randomInt(5) === 0) {
    console.log("Simulating a crash");
    process.exit();
  }
  if (randomInt(5) === 0) {
    console.log("Simulating CPU overload");
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, overload); // blocks: no heartbeats either
  }
}
