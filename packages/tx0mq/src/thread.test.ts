import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { thread } from "tx0mq/thread"; // what has been built: a thread starts from JavaScript

test("a thread runs TypeScript, with its data and no other arguments", async () => {
  const worker = thread(new URL("./testing/thread.ts", import.meta.url), { number: 7 });
  const end = once(worker, "exit");
  assert.deepEqual(await once(worker, "message"), [{ number: 7, arguments: 2 }]);
  assert.deepEqual(await end, [0]);
});

for (const name of ["thread.mts", "thread.cts"]) {
  test(`so does one of ${name}`, async () => {
    const worker = thread(new URL(`./testing/${name}`, import.meta.url), { number: 7 });
    const end = once(worker, "exit");
    assert.deepEqual(await once(worker, "message"), [7]);
    assert.deepEqual(await end, [0]);
  });
}

test("a compiled program's threads run what their files have become", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "tx0mq-"));
  t.after(() => rm(folder, { recursive: true }));
  await writeFile(
    join(folder, "worker.mjs"),
    `import { parentPort } from "node:worker_threads"; parentPort.postMessage("compiled");`,
  );
  const worker = thread(pathToFileURL(join(folder, "worker.mts")));
  assert.deepEqual(await once(worker, "message"), ["compiled"]);
});

test("a file that is not there is an error of the thread", async () => {
  const worker = thread(new URL("./testing/nowhere.ts", import.meta.url));
  const [error] = await once(worker, "error");
  assert.equal(error.code, "ERR_MODULE_NOT_FOUND");
});
