// A heart: its main thread computes, and blocks its event loop for a second at a time. A thread of its
// own, beating.ts, answers the heartbeater at tcp://127.0.0.1:5555 and 5556 all the while.

import { once } from "node:events";
import { setImmediate as turn } from "node:timers/promises";
import { flags } from "tx0mq/flags";
import { thread } from "tx0mq/thread";

const { pings, pongs, work } = flags({
  pings: "tcp://127.0.0.1:5555",
  pongs: "tcp://127.0.0.1:5556",
  work: 1000,
});

await once(thread(new URL("./beating.ts", import.meta.url), { pings, pongs }), "message"); // it is ready
console.log("starting blocking loop");

for (;;) {
  const start = performance.now();
  while (performance.now() - start < work) Math.random(); // computes: the event loop stands still
  console.log(`blocked for ${((performance.now() - start) / 1000).toFixed(3)} s`);
  await turn(); // the event loop turns once
}
