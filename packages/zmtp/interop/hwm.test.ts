/* High-water marks beside libzmq's: who waits, who drops, and who says so. */
import type { SocketTypeName } from "tx0mq";
import { type Stage, same, subscribed } from "./same.js";
import type { TestOptions } from "./sockets.js";

const LARGE = "x".repeat(100_000);
const SMALL_READER: TestOptions = { receiveHighWaterMark: 3 };

const SENDERS = [
  ["PUSH", "PULL"],
  ["DEALER", "DEALER"],
  ["PAIR", "PAIR"],
] as const;

for (const [type, other] of SENDERS) {
  same(`${type} waits for a slow reader, and all arrives in order`, async (stage: Stage) => {
    const sut = await stage.sut(type, { sendHighWaterMark: 3 });
    const peer = await stage.peer(other, SMALL_READER);
    await stage.meet(sut, peer);
    let sent = 0;
    while ((await sut.trySend(String(sent), LARGE)) === "sent") sent += 1;
    const waits = sut.send(String(sent), LARGE);
    const all = await peer.receiveAll(sent + 1);
    await waits;
    return [sent >= 3, all.every(([n], index) => n === String(index))];
  });

  same(
    `${type} holds so many messages for who is not there yet`,
    async (stage: Stage) => {
      const address = await stage.emptyPlace(other);
      const seen: unknown[] = [];
      for (const sendHighWaterMark of [1, 2, 10, 1000]) {
        const sut = await stage.sut(type, { sendHighWaterMark });
        seen.push(await sut.trySend("nobody"));
        await sut.connect(address);
        seen.push(await sut.fill("message"));
      }
      return seen;
    },
    { roles: ["connects"] },
  );
}

for (const [type, other] of [
  ["PULL", "PUSH"],
  ["DEALER", "DEALER"],
  ["PAIR", "PAIR"],
  ["ROUTER", "DEALER"],
] as const) {
  same(`${type} that does not read holds its peer up`, async (stage: Stage) => {
    const sut = await stage.sut(type, SMALL_READER);
    const peer = await stage.peer(other, { sendHighWaterMark: 3 });
    await stage.meet(sut, peer);
    let sent = 0;
    while ((await peer.trySend(String(sent), LARGE)) === "sent") sent += 1;
    const waits = peer.send(String(sent), LARGE);
    const all = await sut.receiveAll(sent + 1);
    await waits;
    return [sent < 300, all.every((frames, index) => frames.at(-2) === String(index))];
  });
}

for (const [type, other] of [
  ["PUB", "SUB"],
  ["XPUB", "SUB"],
] as const) {
  same(`${type} drops what a slow reader has no room for`, async (stage: Stage) => {
    const sut = await stage.sut(type, { sendHighWaterMark: 3 });
    const peer = await stage.peer(other, SMALL_READER);
    const quick = await stage.peer(other);
    await stage.meet(sut, peer, quick);
    for (const one of [peer, quick]) {
      await one.set("subscribe", "");
      await subscribed(sut, one);
    }
    const outcomes = new Set<string>();
    const count = 300;
    const all = quick.receiveUntil("end");
    for (let n = 0; n < count; n += 1) outcomes.add(await sut.trySend(String(n), LARGE));
    const slow = await sut.sendUntil(peer.receiveUntil("end"), "end", "");
    const numbers = slow.map(([n]) => Number(n)).filter((n) => !Number.isNaN(n));
    await all;
    const ordered = numbers.every((n, index) => index === 0 || n > (numbers[index - 1] ?? 0));
    return [[...outcomes], numbers.length >= 3, numbers.length < count, ordered];
  });
}

for (const mandatory of [false, true]) {
  same(
    `ROUTER, mandatory ${mandatory}: a full peer, an unknown one, and one that is gone`,
    async (stage: Stage) => {
      const router = await stage.sut("ROUTER", {
        mandatory,
        sendHighWaterMark: 3,
      });
      const full = await stage.peer("DEALER", { routingId: "full", ...SMALL_READER });
      const other = await stage.peer("DEALER", { routingId: "other" });
      await stage.meet(router, full, other);
      const seen: unknown[] = [await router.trySend("unknown", "x")];
      const outcomes = new Set<string>();
      for (let n = 0; n < 400; n += 1) outcomes.add(await router.trySend("full", String(n), LARGE));
      seen.push([...outcomes]);
      seen.push(await router.trySend("other", "gets it"), await other.receive());
      if (stage.role === "connects") return seen;
      await other.close();
      await router.saw("disconnected");
      if (mandatory) {
        for (let outcome = ""; outcome !== "EHOSTUNREACH"; )
          outcome = await router.trySend("other", "x");
      } else seen.push(await router.trySend("other", "x"));
      return seen;
    },
  );
}

for (const [type, other] of [
  ["PUSH", "PULL"],
  ["DEALER", "DEALER"],
] as const satisfies [SocketTypeName, SocketTypeName][]) {
  same(`${type} leaves out who is full`, async (stage: Stage) => {
    const sut = await stage.sut(type, { sendHighWaterMark: 3 });
    const full = await stage.peer(other, SMALL_READER);
    const quick = await stage.peer(other);
    await stage.meet(sut, full, quick);
    const count = 400;
    const reads = quick.receiveUntil("end");
    for (let n = 0; n < count; n += 1) await sut.send("x", LARGE);
    const got = (await sut.sendUntil(reads, "end", "")).length;
    return got > count / 2;
  });
}
