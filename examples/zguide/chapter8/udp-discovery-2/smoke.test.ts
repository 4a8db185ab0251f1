import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { test } from "node:test";
import { endsOn, refuses, Stage } from "@tx0mq/smoke";
import { UDP } from "./udplib.ts";

test("on the UDP module: nodes see each other's beacons, not their own, and share the port", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const port = await freePort();
  const start = () =>
    stage.start("udpping2", [
      ...["--port", String(port), "--broadcast", "127.255.255.255", "--interval", "100"],
    ]);
  await refuses(stage.start("udpping2", ["--port", "many"]), /--port is a whole number/);
  const one = start();
  const two = start();
  const [, itself] = await one.line(/^Found peer (127\.0\.0\.1:\d+)$/);
  const [, other] = await two.line(/^Found peer (127\.0\.0\.1:\d+)$/);
  assert.notEqual(itself, other);

  two.kill("SIGKILL");
  await two.exit();
  await start().line(new RegExp(`^Found peer ${other}$`)); // the others go on
  await one.line(new RegExp(`^Found peer (?!${itself}$)`)); // and find who is new
  await endsOn("SIGINT", one);
  for (const [program, own] of [
    [one, other],
    [two, itself],
  ] as const) {
    assert.ok(!program.lines.includes(`Found peer ${own}`), "nobody sees itself");
  }
});

/** A UDP port that nobody listens to. */
async function freePort(): Promise<number> {
  const socket = createSocket("udp4").bind(0);
  await once(socket, "listening");
  const { port } = socket.address();
  socket.close();
  return port;
}

test("UDP: datagrams come whole, and what cannot be had is an error", async () => {
  const options = { port: await freePort(), broadcast: "127.255.255.255" };
  const [one, two] = [await UDP.open(options), await UDP.open(options)];
  const heard: string[] = [];
  one.on("message", (data) => heard.push(`one: ${data}`));
  two.on("message", (data) => heard.push(`two: ${data}`));
  const all = new Promise<void>((resolve) => {
    two.on("message", (data) => String(data) === "last" && resolve());
  });
  one.send("");
  one.send("x".repeat(1400));
  one.send("last");
  await all;
  assert.deepEqual(heard, ["two: ", `two: ${"x".repeat(1400)}`, "two: last"]);
  await assert.rejects(
    UDP.open({ ...options, broadcast: "not an address" }),
    /ENOTFOUND|EAI_AGAIN/,
  );
  one.close();
  two.close();
});
