import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { test } from "node:test";
import { Stage } from "./index.ts";

test("ipc addresses are paths in the stage's folder that a socket can have", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const address = stage.ipc("frontend");
  assert.equal(address, `ipc://${stage.folder}/frontend`);
  assert.equal(stage.ipc("frontend"), address);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(address.replace("ipc://", ""), resolve));
  server.close();
  assert.ok(stage.folder.length < 75);
  assert.throws(() => stage.ipc("x".repeat(100)), /too long for a socket/);
});

test("tcp addresses are free, and all different", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const addresses = await Promise.all(Array.from({ length: 50 }, () => stage.tcp()));
  assert.equal(new Set(addresses).size, 50);
  for (const address of addresses) {
    const [, host, port] = /^tcp:\/\/(127\.\d+\.\d+\.\d+):(\d+)$/.exec(address) ?? [];
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(Number(port), host, resolve));
    server.close();
  }
});

test("stages have folders of their own, where anything may be left", (t) => {
  const one = new Stage(t, import.meta.url);
  const two = new Stage(t, import.meta.url);
  assert.notEqual(one.folder, two.folder);
  writeFileSync(`${one.folder}/left`, "");
});
