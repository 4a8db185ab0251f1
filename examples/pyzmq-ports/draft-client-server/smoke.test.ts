import assert from "node:assert/strict";
import { test } from "node:test";
import { Stage } from "@tx0mq/smoke";
import { zmqHas } from "tx0mq";

const skip = zmqHas("draft") ? false : "this build of libzmq has no draft sockets";

test("replies are routed by routing id, to several clients", { skip }, async (t) => {
  const stage = new Stage(t, import.meta.url);
  const program = stage.start("client-server", [
    ...["--endpoint", "tcp://127.0.0.1:*", "--period", "0"],
  ]);
  assert.deepEqual(await program.exit(), { code: 0, signal: null });
  const ids = program.lines.flatMap(
    (line) => /^server received request \d from (\d+)$/.exec(line)?.[1] ?? [],
  );
  assert.equal(new Set(ids).size, 10, "each client has an id of its own");
  assert.deepEqual(
    program.lines.filter((line) => line.startsWith("client")),
    Array.from({ length: 10 }, (_, n) => `client received reply ${n}`),
  );
});
