// Pong: its main thread computes, and blocks its event loop for a second at a time. A thread of its own,
// answering.ts, whose REP is bound to tcp://127.0.0.1:10111, answers pings all the while.

import { once } from "node:events";
import { setImmediate as turn } from "node:timers/promises";
import { flags } from "tx0mq/flags";
import { thread } from "tx0mq/thread";

const { endpoint, work } = flags({ endpoint: "tcp://127.0.0.1:10111", work: 1000 });

await once(thread(new URL("./answering.ts", import.meta.url), { endpoint }), "message"); // it is ready
console.log("starting blocking loop");

for (;;) {
  const start = performance.now();
  while (performance.now() - start < work) Math.random(); // computes: the event loop stands still
  console.log(`blocked for ${((performance.now() - start) / 1000).toFixed(3)} s`);
  await turn(); // the event loop turns once
}
