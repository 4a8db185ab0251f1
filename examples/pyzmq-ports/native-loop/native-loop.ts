// Tight loops off the event loop: sends and receives integers over tcp://127.0.0.1:5555 in a thread of
// its own, and then on the main event loop. A timer there shows how long anything else had to wait.

import { once } from "node:events";
import { flags, oneOf } from "tx0mq/flags";
import { thread } from "tx0mq/thread";
import { type Run, receive, send, sendAndReceive } from "./loop.ts";

const { role, url, n } = flags({
  role: oneOf("all", "sender", "receiver"),
  url: "tcp://127.0.0.1:5555",
  n: 200_000,
});

if (role === "sender") await send(url, n);
else if (role === "receiver") console.log(`${(await receive(url, n)).toFixed(0)} messages/s`);
else {
  const inThread = await watched(async () => {
    const worker = thread(new URL("./loop.ts", import.meta.url), { url, n });
    const [run] = await once(worker, "message");
    return run;
  });
  const onLoop = await watched(() => sendAndReceive(url, n));
  console.log(`ratio: ${(inThread / onLoop).toFixed(2)}`);
}

/** Runs a loop, and counts how often a timer of 1 ms has its turn meanwhile. */
async function watched(loop: () => Promise<Run>): Promise<number> {
  const start = performance.now();
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  const { rate, isMainThread } = await loop();
  clearInterval(timer);
  const due = performance.now() - start;
  const where = isMainThread ? "on the main event loop" : "in a thread of its own";
  console.log(`${where}: ${rate.toFixed(0)} messages/s`);
  console.log(`   a timer had ${((100 * turns) / due).toFixed(0)} % of its turns meanwhile`);
  return rate;
}
