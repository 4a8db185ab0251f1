// A heart: its main thread computes, and blocks its event loop for a second at a time. A thread of its
// own, beating.ts, answers the heartbeater at tcp://127.0.0.1:5555 and 5556 all the while.

import { once } from "node:events";
import { setImmediate as turn } from "node:timers/promises";
import { flags } from "tx0mq/flags";
import { thread } from "tx0mq/thread";

const { pings, pongs, size } = flags({
  pings: "tcp://127.0.0.1:5555",
  pongs: "tcp://127.0.0.1:5556",
  size: 800,
});

await once(thread(new URL("./beating.ts", import.meta.url), { pings, pongs }), "message"); // it is ready
const matrix = Float64Array.from({ length: size * size }, Math.random);
console.log("starting blocking loop");

for (;;) {
  const start = performance.now();
  square(matrix);
  console.log(`blocked for ${((performance.now() - start) / 1000).toFixed(3)} s`);
  await turn();
}

/** The product of a matrix with itself: `size` times `size` times `size` multiplications. */
function square(matrix: Float64Array): Float64Array {
  const product = new Float64Array(matrix.length);
  for (let at = 0; at < product.length; at++) {
    const [row, column] = [at - (at % size), at % size];
    let sum = 0;
    for (let k = 0; k < size; k++) sum += (matrix[row + k] ?? 0) * (matrix[k * size + column] ?? 0);
    product[at] = sum;
  }
  return product;
}
