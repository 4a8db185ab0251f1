// Discarding unwanted frames: a SUB on an ipc address looks at the first frame of each message, and lets
// go of the others where it does not want them.

import { randomBytes, randomInt } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ZmqFactory, ZmqSubConnection, ZmqXPubConnection } from "tx0mq";
import { flags } from "tx0mq/flags";

const { messages, period, size } = flags({ messages: 10, period: 100, size: 2048 });

const folder = await mkdtemp(join(tmpdir(), "discard-"));
const factory = new ZmqFactory();
factory.registerForShutdown();
const endpoint = `ipc://${folder}/example.sock`;
await Promise.all([publisher(), subscriber()]);
await factory.shutdown();
console.log(`at most ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB of memory`);

async function publisher(): Promise<void> {
  // It waits while ten messages are on their way, instead of dropping more.
  const options = { sendHighWaterMark: 10, noDrop: true };
  const pub = new ZmqXPubConnection(factory, { bind: endpoint }, options);
  await pub.receive(); // the subscription
  await rm(folder, { recursive: true }); // they are connected: nobody needs it any more
  for (let n = 0; n < messages; n++, await sleep(period)) {
    const kind = randomInt(2) === 0 ? "large" : "small";
    const [count, length] = kind === "large" ? [randomInt(6), size] : [randomInt(4), 5];
    const frames = Array.from({ length: count }, () => randomBytes(length));
    console.log(`publisher: sending ${kind}: ${count * length} bytes`);
    await pub.send([kind, ...frames]);
  }
  await pub.send("exit");
}

async function subscriber(): Promise<void> {
  const sub = new ZmqSubConnection(factory, { connect: endpoint }, { receiveHighWaterMark: 10 });
  sub.subscribe();
  for await (const [kind, ...frames] of sub) {
    if (String(kind) === "exit") return;
    if (String(kind) === "large") {
      const bytes = frames.reduce((sum, frame) => sum + frame.length, 0);
      console.log(`subscriber: discarding ${frames.length} frames, ${bytes} bytes`);
    } else console.log(`subscriber: received ${frames.map((frame) => frame.toString("hex"))}`);
  }
}
