import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { test } from "node:test";
import { endsOn, type Program, refuses, Stage } from "@tx0mq/smoke";
import { UDP } from "./udplib.ts";

const skip = process.platform !== "linux" && "only Linux broadcasts to itself without a network";

test("on the UDP module: nodes see all others' beacons, not their own, share the port, and ignore nonsense", {
  skip,
  timeout: 120_000,
}, async (t) => {
  const stage = new Stage(t, import.meta.url);
  const port = await freePort();
  const start = () =>
    stage.start("udpping2", [
      ...["--port", String(port), "--broadcast", "127.255.255.255", "--interval", "100"],
    ]);
  await refuses(stage.start("udpping2", ["--port", "many"]), /--port is a whole number/);
  const nodes = [start(), start(), start()];
  const stranger = createSocket("udp4").bind(0, "127.0.0.1");
  await once(stranger, "listening");
  stranger.setBroadcast(true);
  const shout = (text: string) => stranger.send(text, port, "127.255.255.255");
  const nonsense = setInterval(() => {
    for (const text of ["", "!!", "nonsense", "x".repeat(1400)]) shout(text);
  }, 50);
  const seen: string[][] = [];
  for (const node of nodes) {
    const peers = new Set<string>();
    while (peers.size < 2) peers.add((await node.line(/^Found peer (127\.0\.0\.1:\d+)$/))[1]);
    seen.push([...peers]);
  }
  const addresses = [...new Set(seen.flat())];
  assert.equal(addresses.length, 3, "nobody has seen the stranger");
  for (const address of addresses) {
    assert.equal(seen.flat().filter((peer) => peer === address).length, 2, "nobody sees itself");
  }
  clearInterval(nonsense);
  const beacons = setInterval(() => shout("!"), 50); // a beacon is a beacon, whoever sends it
  const found = `127.0.0.1:${stranger.address().port}`;
  for (const node of nodes) await node.line(new RegExp(`^Found peer ${found}$`));
  clearInterval(beacons);
  stranger.close();

  const [one, two, three] = nodes as [Program, Program, Program];
  three.kill("SIGKILL");
  await three.exit();
  const again = start();
  await again.count(/^Found peer /, 2); // the others go on
  const known = new Set([...addresses, found]);
  for (const node of [one, two]) await unknown(node, known); // and find who is new
  await endsOn("SIGINT", one, two, again);
});

/** Waits for a beacon of a node that is none of those. */
async function unknown(node: Program, known: ReadonlySet<string>): Promise<void> {
  for (;;) {
    const [, peer] = await node.line(/^Found peer (\S+)$/);
    if (!known.has(peer)) return;
  }
}

/** A UDP port that nobody listens to. */
async function freePort(): Promise<number> {
  const socket = createSocket("udp4").bind(0);
  await once(socket, "listening");
  const { port } = socket.address();
  socket.close();
  return port;
}

test("UDP: datagrams come whole, and what cannot be had is an error", {
  skip,
  timeout: 120_000,
}, async () => {
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
