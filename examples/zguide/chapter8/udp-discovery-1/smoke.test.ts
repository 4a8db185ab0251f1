import assert from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { test } from "node:test";
import { endsOn, type Program, refuses, Stage } from "@tx0mq/smoke";

const skip = process.platform !== "linux" && "only Linux broadcasts to itself without a network";

test("nodes see all others' beacons, not their own, share the port, and ignore nonsense", {
  skip,
}, async (t) => {
  const stage = new Stage(t, import.meta.url);
  const port = await freePort();
  const start = () =>
    stage.start("udpping1", [
      ...["--port", String(port), "--broadcast", "127.255.255.255", "--interval", "100"],
    ]);
  await refuses(stage.start("udpping1", ["--port", "many"]), /--port is a whole number/);
  const nodes = [start(), start(), start()];
  const [stranger, friend] = [createSocket("udp4"), createSocket("udp4")];
  for (const socket of [stranger, friend]) {
    await once(socket.bind(0, "127.0.0.1"), "listening");
    socket.setBroadcast(true);
  }
  const shout = (socket: Socket, text: string) => socket.send(text, port, "127.255.255.255");
  const nonsense = setInterval(() => {
    for (const text of ["", "!!", "nonsense", "x".repeat(1400)]) shout(stranger, text);
  }, 50);
  const beacons = setInterval(() => shout(friend, "!"), 50); // a beacon is a beacon, whoever sends it
  t.after(() => {
    for (const timer of [nonsense, beacons]) clearInterval(timer);
    for (const socket of [stranger, friend]) socket.close();
  });
  const friends = `127.0.0.1:${friend.address().port}`;
  const known = [friends];
  for (const node of nodes) {
    await node.line(new RegExp(`^Found peer ${friends}$`));
    const other = await found(node, friends);
    known.push(other, await found(node, friends, other));
  }
  clearInterval(beacons);
  assert.equal(new Set(known).size, 4, "three nodes and the friend");

  const [one, two, three] = nodes as [Program, Program, Program];
  three.kill("SIGKILL");
  await three.exit();
  const again = start();
  await found(again, await found(again)); // the others go on
  for (const node of [one, two]) {
    await found(node, ...known); // and find who is new
    const peers = new Set(node.lines.filter((line) => line.startsWith("Found")));
    assert.equal(peers.size, 4, "all others, and neither itself nor the stranger");
  }
  await endsOn("SIGINT", one, two, again);
});

/** Waits for a beacon of somebody else than those. */
async function found(node: Program, ...known: string[]): Promise<string> {
  const line = new RegExp(`^Found peer (?!(?:${known.join("|")})$)(127\\.0\\.0\\.1:\\d+)$`);
  return (await node.line(line))[1];
}

/** A UDP port that nobody listens to. */
async function freePort(): Promise<number> {
  const socket = createSocket("udp4").bind(0);
  await once(socket, "listening");
  const { port } = socket.address();
  socket.close();
  return port;
}
