/* Subscriptions beside libzmq's: what publishers hear of them, and who gets what. */
import { bindAgain, type Stage, SUCCEEDED, same, subscribed } from "./same.js";
import type { TestOptions, TestSocket, Text } from "./sockets.js";

const NEWS: readonly Text[] = [
  ["a"],
  ["ab", "second"],
  ["abc"],
  ["abcd"],
  ["b"],
  ["x"],
  ["xy"],
  [""],
  ["\x00"],
  ["\xff\xfe"],
  ["A"],
];

async function publish(publisher: TestSocket, subscriber: TestSocket, topic = "sync") {
  for (const news of NEWS) await publisher.send(...news);
  await publisher.send(topic, "end");
  return subscriber.receiveUntil("end");
}

type Sides = (
  stage: Stage,
  publisher: TestOptions,
  subscriber: TestOptions,
) => Promise<{
  publisher: TestSocket;
  subscriber: TestSocket;
}>;

/** Either is the one under test. */
const SIDES: Readonly<Record<string, Sides>> = {
  PUB: async (stage, publisher, subscriber) => {
    const sides = {
      publisher: await stage.sut("PUB", publisher),
      subscriber: await stage.peer("SUB", subscriber),
    };
    await stage.meet(sides.publisher, sides.subscriber);
    return sides;
  },
  SUB: async (stage, publisher, subscriber) => {
    const sides = {
      publisher: await stage.peer("PUB", publisher),
      subscriber: await stage.sut("SUB", subscriber),
    };
    await stage.meet(sides.subscriber, sides.publisher);
    return sides;
  },
};

for (const [type, meet] of Object.entries(SIDES)) {
  same(`${type}: prefixes, duplicates, and what is unsubscribed`, async (stage: Stage) => {
    const { publisher, subscriber } = await meet(stage, {}, {});
    const seen: unknown[] = [];
    const change = async (sync: string, ...changes: [string, string][]) => {
      for (const [option, topic] of changes) await subscriber.set(option, topic);
      await subscriber.set("subscribe", sync);
      await subscribed(publisher, subscriber, sync);
      seen.push(await publish(publisher, subscriber, sync));
    };
    await change("s1", ["subscribe", "ab"], ["subscribe", "abc"], ["subscribe", "xy"]);
    await change("s2", ["subscribe", "ab"], ["unsubscribe", "ab"], ["unsubscribe", "xy"]);
    await change("s3", ["unsubscribe", "ab"], ["unsubscribe", "nothing"]);
    await change("s4", ["subscribe", ""], ["subscribe", "\x00"]);
    await change("s5", ["unsubscribe", ""], ["subscribe", "\xff"]);
    return seen;
  });

  same(`${type}: inverted matching`, async (stage: Stage) => {
    const invert = { invertMatching: true };
    const { publisher, subscriber } = await meet(stage, invert, invert);
    await subscriber.set("subscribe", "a");
    await subscriber.set("subscribe", "A");
    // All goes to a subscriber of nothing: that the subscriptions have arrived shows where "a" stays away.
    for (let seen = "a"; seen === "a"; ) {
      await publisher.send("a");
      await publisher.send("next");
      seen = (await subscriber.receive())[0] ?? "";
      if (seen === "a") await subscriber.receive();
    }
    return publish(publisher, subscriber, "sync");
  });

  same(`${type}: 900 topics from before the connection`, async (stage: Stage) => {
    const options: TestOptions = {};
    const one =
      type === "PUB" ? await stage.sut("XPUB", options) : await stage.peer("XPUB", options);
    const other = type === "PUB" ? await stage.peer("SUB") : await stage.sut("SUB");
    const topics = Array.from({ length: 900 }, (_, n) => `topic ${n}`);
    for (const topic of topics) await other.set("subscribe", topic);
    await (type === "PUB" ? stage.meet(one, other) : stage.meet(other, one));
    const heard = await one.receiveAll(900);
    return heard.flat().sort();
  });
}

for (const options of [{}, { verbose: true }, { verboser: true }] as TestOptions[]) {
  same(
    `XPUB ${JSON.stringify(options)}: what it hears of two subscribers`,
    async (stage: Stage) => {
      const xpub = await stage.sut("XPUB", options);
      const [one, other] = [await stage.peer("SUB"), await stage.peer("SUB")];
      const seen: unknown[] = [];
      let marks = 0;
      const change = async (sub: TestSocket, ...changes: [string, string][]) => {
        for (const [option, topic] of changes) await sub.set(option, topic);
        marks += 1;
        await sub.set("subscribe", `mark ${marks}`);
        seen.push(await xpub.receiveUntil(`\x01mark ${marks}`));
      };
      await stage.meet(xpub, one, other);
      await change(one, ["subscribe", "a"], ["subscribe", "a"], ["subscribe", "b"]);
      await change(other, ["subscribe", "a"], ["subscribe", ""], ["subscribe", "c"]);
      await change(one, ["unsubscribe", "a"], ["unsubscribe", "b"], ["unsubscribe", "never"]);
      await change(one, ["unsubscribe", "a"], ["subscribe", "b"]);
      await change(other, ["unsubscribe", "a"], ["unsubscribe", ""]);
      await one.close();
      await xpub.saw("disconnected");
      // What it had asked for is cancelled in no order.
      if (stage.role === "binds") {
        seen.push(await xpub.receiveAll(4));
      }
      return seen.map((all) => (all as string[][]).flat().sort());
    },
  );
}

same("XPUB whose verbose and verboser change: what it hears", async (stage: Stage) => {
  const xpub = await stage.sut("XPUB");
  const subs = [await stage.peer("SUB"), await stage.peer("SUB"), await stage.peer("SUB")];
  await stage.meet(xpub, ...subs);
  const seen: unknown[] = [];
  const all = async (option: "subscribe" | "unsubscribe", topic: string) => {
    for (const sub of subs) {
      const mark = `mark ${seen.length}`;
      await sub.set(option, topic);
      await sub.set("subscribe", mark);
      seen.push(await xpub.receiveUntil(`\x01${mark}`));
    }
  };
  for (const [option, value] of [
    ["verbose", false],
    ["verbose", true],
    ["verboser", true],
    ["verbose", true],
    ["verboser", true],
    ["verboser", false],
  ] as const) {
    await xpub.set(option, value);
    await all("subscribe", "a");
    await all("unsubscribe", "a");
  }
  return seen;
});

same("XPUB with manual: subscriptions of its own", async (stage: Stage) => {
  const xpub = await stage.sut("XPUB", { manual: true });
  const sub = await stage.peer("SUB");
  await stage.meet(xpub, sub);
  const seen: unknown[] = [];
  for (const topic of ["A", "B", "C", "sync"]) await sub.set("subscribe", topic);
  seen.push(await xpub.receive());
  await xpub.set("subscribe", "B");
  seen.push(await xpub.receive(), await xpub.receive(), await xpub.receive());
  await xpub.set("subscribe", "sync");
  for (const topic of ["A1", "B1", "C1", "sync"])
    await xpub.send(topic, topic === "sync" ? "end" : "");
  seen.push(await sub.receiveUntil("end"));
  await sub.set("unsubscribe", "A");
  seen.push(await xpub.receive());
  await xpub.set("unsubscribe", "B");
  for (const topic of ["A1", "B1", "C1", "sync"])
    await xpub.send(topic, topic === "sync" ? "end" : "");
  seen.push(await sub.receiveUntil("end"));
  return seen;
});

const welcome = async (stage: Stage) => {
  const xpub = await stage.sut("XPUB", { welcomeMessage: "welcome" });
  const seen: unknown[] = [];
  let address = "";
  for (let n = 0; n < 2; n += 1) {
    const sub = await stage.peer("SUB");
    await sub.set("subscribe", "");
    if (n === 0) address = await stage.meet(xpub, sub);
    else if (stage.role === "binds") await sub.connect(address);
    else await bindAgain(sub, address);
    for (let heard = ""; heard !== "\x01"; ) heard = (await xpub.receive())[0] ?? "";
    await xpub.send("end");
    seen.push(await sub.receiveUntil("end"));
    await sub.close();
    await xpub.saw("disconnected", n + 1);
    // Else the next one's subscription may come before this one's ends, and is nothing new then.
    if (stage.role === "binds") await xpub.receive();
  }
  return seen;
};
same("XPUB with a welcome message", welcome, { roles: ["binds"] });
// libzmq takes who comes back for the one that was there before, with all that it had subscribed to.
same("XPUB that connects, with a welcome message: who comes back is welcome", welcome, {
  roles: ["connects"],
  deliberately: [[["welcome"]], [["welcome"]]],
});

same("XPUB with noDrop: it waits for who is full", async (stage: Stage) => {
  const xpub = await stage.sut("XPUB", { noDrop: true, sendHighWaterMark: 5 });
  const sub = await stage.peer("SUB", { receiveHighWaterMark: 5 });
  await stage.meet(xpub, sub);
  await sub.set("subscribe", "");
  await xpub.receive();
  const large = "x".repeat(100_000);
  let sent = 0;
  for (; ; sent += 1) {
    const outcome = await xpub.trySend(String(sent), large);
    if (outcome !== "sent") break;
  }
  const seen = [];
  const waits = xpub.send(String(sent), large);
  for (let n = 0; n <= sent; n += 1) seen.push((await sub.receive())[0] === String(n));
  await waits;
  return seen.every(Boolean);
});

same("XSUB and XPUB: messages upwards", async (stage: Stage) => {
  const xsub = await stage.sut("XSUB");
  const xpub = await stage.peer("XPUB");
  await stage.meet(xsub, xpub);
  await xsub.send("\x01a");
  await xsub.send("up");
  await xsub.send("up", "in", "frames");
  await xsub.send("\x01a");
  await xsub.send("\x00a");
  await xsub.send("\x00a");
  await xsub.send("\x00never");
  await xsub.send("");
  await xsub.send("\x02two");
  await xsub.send("end");
  return xpub.receiveUntil("end");
});

same("XPUB and XSUB: messages from below", async (stage: Stage) => {
  const xpub = await stage.sut("XPUB");
  const xsub = await stage.peer("XSUB");
  await stage.meet(xpub, xsub);
  await xsub.send("\x01a");
  await xsub.send("up");
  await xsub.send("up", "in", "frames");
  await xsub.send("\x01a");
  await xsub.send("\x00a");
  await xsub.send("");
  await xsub.send("\x02two");
  await xsub.send("end");
  return xpub.receiveUntil("end");
});

same(
  "XSUB: what was sent before there was a publisher",
  async (stage: Stage) => {
    const address = await stage.emptyPlace("XPUB");
    const xsub = await stage.sut("XSUB");
    await xsub.send("\x01first");
    await xsub.connect(address);
    await xsub.send("\x01a");
    await xsub.send("up");
    await xsub.send("\x01b");
    await xsub.send("\x00a");
    await xsub.send("end");
    const xpub = await stage.peer("XPUB");
    await bindAgain(xpub, address);
    const heard = await xpub.receiveUntil("end");
    // libzmq sends all of it in this order; this engine what is still subscribed to, and then the messages.
    return heard
      .flat()
      .filter((one) => !one.endsWith("a"))
      .sort();
  },
  { roles: ["connects"] },
);

for (const type of ["SUB", "XSUB"] as const) {
  same(`${type}: subscribes again when the publisher is back`, async (stage: Stage) => {
    const sub = await stage.sut(type);
    const subscribe = (topic: string) =>
      type === "SUB" ? sub.set("subscribe", topic) : sub.send(`\x01${topic}`);
    const unsubscribe = (topic: string) =>
      type === "SUB" ? sub.set("unsubscribe", topic) : sub.send(`\x00${topic}`);
    const first = await stage.peer("XPUB");
    const address = await stage.meet(sub, first);
    for (const topic of ["a", "b", "b", "c"]) await subscribe(topic);
    const before = await first.receiveAll(3);
    await first.close();
    await sub.saw("disconnected");
    await subscribe("d");
    await unsubscribe("c");
    await unsubscribe("b");
    const second = await stage.peer("XPUB");
    if (stage.role === "binds") await second.connect(address);
    else await bindAgain(second, address);
    await sub.saw(SUCCEEDED, 2);
    await subscribe("mark");
    // What libzmq had said anew before the changes it says, and the changes; this engine what is left of it.
    const again = new Set<string>();
    for (const [request = ""] of await second.receiveUntil("\x01mark")) {
      if (request.startsWith("\x01")) again.add(request.slice(1));
      else again.delete(request.slice(1));
    }
    await unsubscribe("a");
    const then = await second.receive();
    await second.send("d", "news");
    return [before.flat().sort(), [...again].sort(), then, await sub.receive()];
  });
}

for (const type of ["PUB", "XPUB"] as const) {
  same(`${type}: who comes again gets what it asks for then`, async (stage: Stage) => {
    const pub = await stage.sut(type);
    const first = await stage.peer("SUB");
    const address = await stage.meet(pub, first);
    await first.set("subscribe", "old");
    await first.set("subscribe", "sync");
    await subscribed(pub, first);
    await first.close();
    await pub.saw("disconnected");
    const second = await stage.peer("XSUB");
    if (stage.role === "binds") await second.connect(address);
    else await bindAgain(second, address);
    await second.send("\x01new");
    await second.send("\x01again"); // what the first one asked for does not cover it
    await subscribed(pub, second, "again");
    await pub.send("new", "yes");
    await pub.send("none", "no");
    await pub.send("again", "end");
    return second.receiveUntil("end");
  });
}
