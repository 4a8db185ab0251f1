import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { test } from "node:test";
import { endsOn, Stage } from "@tx0mq/smoke";
import { UDP } from "../udp-discovery-2/udplib.ts";
import { Interface } from "./interface.ts";

const NETWORK = { broadcast: "127.255.255.255" };
const OPTIONS = {
  skip: process.platform !== "linux" && "only Linux broadcasts to itself without a network",
  timeout: 120_000,
};

test("JOINED and LEFT as nodes come, die, hang and return", OPTIONS, async (t) => {
  const stage = new Stage(t, import.meta.url);
  const port = await freePort();
  const start = () =>
    stage.start("udpping3", [
      ...["--port", String(port), "--broadcast", NETWORK.broadcast],
      ...["--interval", "100", "--expiry", "1500"],
    ]);
  const one = start();
  const [, ones] = await one.line(/^I am ([\da-f]{32})$/);
  const two = start();
  const [, twos] = await two.line(/^I am ([\da-f]{32})$/);
  await one.line(new RegExp(`^JOINED ${twos}$`));
  await two.line(new RegExp(`^JOINED ${ones}$`));

  two.kill("SIGSTOP");
  await one.line(new RegExp(`^LEFT ${twos}$`));
  two.kill("SIGCONT");
  await one.line(new RegExp(`^JOINED ${twos}$`));

  two.kill("SIGKILL");
  await one.line(new RegExp(`^LEFT ${twos}$`));
  const again = start();
  const [, third] = await again.line(/^I am ([\da-f]{32})$/);
  await one.line(new RegExp(`^JOINED ${third}$`));
  await again.line(new RegExp(`^JOINED ${ones}$`));
  await endsOn("SIGINT", one, again);
  assert.ok(!one.lines.includes(`JOINED ${ones}`), "nobody meets itself");
});

test("a beacon is 16 bytes, or 32 digits; nonsense is ignored", OPTIONS, async (t) => {
  const network = { ...NETWORK, port: await freePort() };
  const node = await Interface.open({ ...network, interval: 100_000, expiry: 100_000 });
  const stranger = await UDP.open(network);
  t.after(() => {
    node.close();
    stranger.close();
  });
  const joined: string[] = [];
  const digits = "00112233445566778899aabbccddeeff";
  const all = new Promise<void>((resolve) => {
    node.on("joined", (uuid) => {
      joined.push(uuid);
      if (uuid === digits) resolve();
    });
  });
  for (const nonsense of [
    "",
    "!",
    "x".repeat(32),
    "x".repeat(17),
    "0".repeat(31),
    "A".repeat(32),
  ]) {
    stranger.send(nonsense);
  }
  stranger.send(Buffer.alloc(16, 7));
  stranger.send(Buffer.alloc(16, 7));
  stranger.send(digits);
  await all;
  assert.deepEqual(joined, ["07".repeat(16), digits]);
});

test("who is heard again stays, who is silent for too long leaves", OPTIONS, async (t) => {
  let now = 0;
  t.mock.method(performance, "now", () => now);
  const network = { ...NETWORK, port: await freePort() };
  const node = await Interface.open({ ...network, interval: 5, expiry: 1000 });
  const peers = await UDP.open(network);
  t.after(() => {
    node.close();
    peers.close();
  });
  const told: string[] = [];
  node.on("joined", ([digit]) => told.push(`${digit} joined`));
  node.on("left", ([digit]) => told.push(`${digit} left`));
  for (const [time, beacons, news] of [
    [0, "ab", "b joined"],
    [900, "ac", "c joined"],
    [1500, "", "b left"],
    [2000, "", "c left"],
  ] as const) {
    now = time;
    for (const digit of beacons) peers.send(digit.repeat(32));
    const event = news.endsWith("joined") ? "joined" : "left";
    while (!told.includes(news)) await once(node, event);
  }
  assert.deepEqual(told, ["a joined", "b joined", "c joined", "b left", "a left", "c left"]);
});

/** A UDP port that nobody listens to. */
async function freePort(): Promise<number> {
  const socket = createSocket("udp4").bind(0);
  await once(socket, "listening");
  const { port } = socket.address();
  socket.close();
  return port;
}
