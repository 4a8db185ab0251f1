import assert from "node:assert/strict";
import { test } from "node:test";
import { curveKeyPair } from "tx0mq";
import { type Probe, sockets } from "./testing/probe.js";

const TRANSPORTS = ["tcp://127.0.0.1:*", "ipc://*", "ws://127.0.0.1:*"];
const THE_END = "the end";
/** No high-water mark, and every subscription told. */
const UNBOUNDED = { sendHighWaterMark: 0, receiveHighWaterMark: 0 };
const PUBLISHER = { ...UNBOUNDED, verbose: true };

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Has a SUB ask for topics, and waits until the XPUB has heard of them. */
async function ask(xpub: Probe, sub: Probe, ...topics: string[]): Promise<void> {
  for (const topic of topics) {
    sub.socket.setOption("subscribe", Buffer.from(topic));
    assert.deepEqual(await xpub.next(), [`\x01${topic}`]);
  }
  sub.socket.read();
}

function publish(xpub: Probe, ...message: string[]): void {
  assert.equal(
    xpub.call((socket) => socket.send(message)),
    undefined,
  );
}

/** Waits until a SUB has got the last message. @returns what came before it */
async function untilTheEnd(sub: Probe): Promise<string[][]> {
  await sub.until(() => sub.got.at(-1)?.[0] === THE_END);
  return sub.got.slice(0, -1);
}

/** Large and small, of one frame and of several. */
function body(n: number): string[] {
  if (n % 100 === 7) return [`${n}`.padEnd(70_000, "-")];
  if (n % 10 === 3) return [`${n}`.padEnd(1000, "-")];
  return n % 5 === 0 ? [`${n}`, "", "é"] : [`${n}`];
}

for (const place of TRANSPORTS) {
  const transport = place.replace(/:.*/, "");

  test(`${transport}: each gets all that it has asked for, in order, whatever goes to others`, async (t) => {
    const socket = sockets(t);
    // PINGs go out in the midst of messages.
    const pings = { heartbeatInterval: 2, heartbeatTimeout: 60_000 };
    const xpub = socket("XPUB", { ...PUBLISHER, ...pings });
    const address = xpub.bind(place);
    const topics = ["", "a", "ab", "b", "abc", "c"];
    const subs = topics.map(() => socket("SUB", UNBOUNDED));
    for (const [n, sub] of subs.entries()) {
      sub.connect(address);
      await ask(xpub, sub, topics[n] as string, THE_END);
    }
    const expected: string[][][] = topics.map(() => []);
    for (let n = 0; n < 3000; n += 1) {
      const topic = ["ab", "abcd", "b", "", "a", "nobody's"][(n >> 3) % 6] as string;
      const message = [topic, ...body(n)];
      for (const [n, asked] of topics.entries()) {
        if (topic.startsWith(asked)) expected[n]?.push(message);
      }
      publish(xpub, ...message);
      if (n % 500 === 250) await turn();
    }
    publish(xpub, THE_END);
    for (const [n, sub] of subs.entries()) assert.deepEqual(await untilTheEnd(sub), expected[n]);
  });

  test(`${transport}: who comes and goes takes nothing from the others`, async (t) => {
    const socket = sockets(t);
    const xpub = socket("XPUB", PUBLISHER);
    const address = xpub.bind(place);
    const subs = Array.from({ length: 3 }, () => socket("SUB", UNBOUNDED));
    for (const sub of subs) {
      sub.connect(address);
      await ask(xpub, sub, "");
    }
    const expected: string[][] = [];
    for (let round = 0; round < 5; round += 1) {
      const guest = socket("SUB", UNBOUNDED);
      guest.connect(address);
      await ask(xpub, guest, "guest");
      for (let n = 0; n < 200; n += 1) {
        expected.push([["guest", "all"][(n >> 2) % 2] as string, ...body(n)]);
        publish(xpub, ...(expected.at(-1) as string[]));
        if (n === 100) await guest.close();
        if (n % 50 === 25) await turn();
      }
      assert.deepEqual(await xpub.next(), ["\0guest"]);
    }
    publish(xpub, THE_END);
    for (const sub of subs) assert.deepEqual(await untilTheEnd(sub), expected);
  });
}

test("who does not read misses what there is no room for, and nobody else does", async (t) => {
  const socket = sockets(t);
  const xpub = socket("XPUB", { verbose: true, sendHighWaterMark: 50 });
  const address = xpub.bind("tcp://127.0.0.1:*");
  const [slow, one, other] = [0, 1, 2].map(() => socket("SUB", { receiveHighWaterMark: 50 })) as [
    Probe,
    Probe,
    Probe,
  ];
  for (const sub of [one, slow, other]) {
    sub.connect(address);
    await ask(xpub, sub, "");
  }
  slow.socket.rest?.();
  const sent: string[] = [];
  // It is more than the system keeps for one that does not read.
  for (let round = 0; round < 40; round += 1) {
    for (let n = 0; n < 40; n += 1) {
      sent.push(`${sent.length}`);
      publish(xpub, sent.at(-1) as string, "x".repeat(10_000));
    }
    const last = sent.at(-1);
    for (const sub of [one, other]) await sub.until(() => sub.got.at(-1)?.[0] === last);
  }
  for (const sub of [one, other])
    assert.deepEqual(
      sub.got.map(([n]) => n),
      sent,
    );
  slow.socket.read();
  while (slow.got.at(-1)?.[0] !== THE_END) {
    publish(xpub, THE_END);
    await turn();
  }
  const got = slow.got.map(([n]) => n).filter((n) => n !== THE_END);
  assert.ok(got.length > 50 && got.length < sent.length);
  assert.deepEqual(
    got,
    sent.filter((n) => got.includes(n)),
  );
});

test("with noDrop, nobody misses anything", async (t) => {
  const socket = sockets(t);
  const xpub = socket("XPUB", { verbose: true, noDrop: true, sendHighWaterMark: 5 });
  const address = xpub.bind("tcp://127.0.0.1:*");
  const subs = Array.from({ length: 3 }, () => socket("SUB", { receiveHighWaterMark: 5 }));
  for (const sub of subs) {
    sub.connect(address);
    await ask(xpub, sub, "");
  }
  const sent: string[][] = [];
  for (let n = 0; n < 300; n += 1) {
    sent.push([`${n}`, "x".repeat(10_000)]);
    await xpub.send(...(sent.at(-1) as string[]));
  }
  await xpub.send(THE_END);
  for (const sub of subs) assert.deepEqual(await untilTheEnd(sub), sent);
});

test("with CURVE, each gets messages that it can open", async (t) => {
  const socket = sockets(t);
  const [server, client] = [curveKeyPair(), curveKeyPair()];
  const xpub = socket("XPUB", {
    ...PUBLISHER,
    curveServer: true,
    curveSecretKey: server.secretKey,
  });
  const address = xpub.bind("tcp://127.0.0.1:*");
  const subs = Array.from({ length: 3 }, () =>
    socket("SUB", {
      curveServerKey: server.publicKey,
      curvePublicKey: client.publicKey,
      curveSecretKey: client.secretKey,
    }),
  );
  for (const sub of subs) {
    sub.connect(address);
    await ask(xpub, sub, "");
  }
  for (let n = 0; n < 100; n += 1) publish(xpub, `${n}`, "é");
  publish(xpub, THE_END);
  for (const sub of subs) assert.equal((await untilTheEnd(sub)).length, 100);
});

test("a close lets what was published leave first", async (t) => {
  const socket = sockets(t);
  const xpub = socket("XPUB", PUBLISHER);
  const address = xpub.bind("tcp://127.0.0.1:*");
  const subs = Array.from({ length: 3 }, () => socket("SUB", UNBOUNDED));
  for (const sub of subs) {
    sub.connect(address);
    await ask(xpub, sub, "");
  }
  for (let n = 0; n < 100; n += 1) publish(xpub, `${n}`);
  publish(xpub, THE_END);
  await xpub.close(-1);
  for (const sub of subs) assert.equal((await untilTheEnd(sub)).length, 100);
});
