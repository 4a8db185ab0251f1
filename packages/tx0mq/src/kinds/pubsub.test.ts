import assert from "node:assert/strict";
import {
  type Frame,
  ZmqArgumentError,
  ZmqEndpoint,
  ZmqPubConnection,
  ZmqSubConnection,
  ZmqXPubConnection,
  ZmqXSubConnection,
} from "../index.js";
import {
  at,
  failure,
  next,
  place,
  prove,
  type Stage,
  TRANSPORTS,
  text,
  until,
} from "../testing/stage.js";

/** However slow the machine is, nothing is dropped. */
const PATIENT_PUB = { sendHighWaterMark: 0 };
const PATIENT_SUB = { receiveHighWaterMark: 0 };

/** Keeps what it gets, as `[tag, message]`. */
class Keeping extends ZmqSubConnection {
  readonly got: [tag: string, message: string][] = [];

  override gotMessage(message: Buffer, tag: Buffer): void {
    this.got.push([tag.toString("latin1"), message.toString("latin1")]);
  }

  /** What came between the first message `from` and the first message `to`. */
  between(from: string, to: string): [string, string][] | undefined {
    const start = this.got.findIndex(([, message]) => message === from);
    const end = this.got.findIndex(([, message]) => message === to);
    if (end < 0) return undefined;
    return this.got.slice(start, end).filter(([, message]) => message !== from);
  }
}

const SYNC = "sync";
let syncs = 0;

/** Publishes until the subscriber, whose subscriptions are on their way, gets it: then all of them have arrived. */
async function found(
  publish: (message: string, tag: string) => Promise<void>,
  sub: Keeping,
): Promise<string> {
  syncs += 1;
  const name = `${SYNC} ${syncs}`;
  sub.subscribe(name);
  await until(() => {
    void publish(name, name);
    return sub.got.some(([tag]) => tag === name);
  });
  return name;
}

/** What a subscriber gets of what is published meanwhile. */
async function harvest(
  pub: ZmqPubConnection,
  sub: Keeping,
  publish: () => Promise<void>,
): Promise<[string, string][]> {
  const name = await found((message, tag) => pub.publish(message, tag), sub);
  await publish();
  await pub.publish("end", `${name}.`);
  await until(() => sub.got.at(-1)?.[1] === "end");
  const got = sub.between(name, "end") as [string, string][];
  sub.got.length = 0;
  sub.unsubscribe(name);
  return got;
}

/** What a tag or a message is kept as. */
function latin1(frame: Frame): string {
  return (typeof frame === "string" ? Buffer.from(frame) : (frame as Buffer)).toString("latin1");
}

const TAGS: Frame[] = ["a", "a.b", "ü", Buffer.of(0xff), Buffer.of(0xff, 0xfe), "x".repeat(300)];
const TAGS_WITH_NUL: Frame[] = [Buffer.of(0), Buffer.of(0, 1), Buffer.of(0xff, 0, 0xff), "a\0b"];
const MESSAGES: Frame[] = ["", "text", Buffer.of(0), Buffer.of(1, 0, 0, 0xff), "a\0b\0c"];

for (const singleFrame of [false, true]) {
  const form = singleFrame ? "one frame" : "two frames";
  for (const transport of TRANSPORTS) {
    prove(`any tag and any message in ${form}, over ${transport}`, async (stage) => {
      const pub = stage.bind(ZmqPubConnection, { singleFrame, ...PATIENT_PUB }, place(transport));
      assert.equal(pub.singleFrame, singleFrame);
      const sub = stage.connect(Keeping, pub, PATIENT_SUB);
      const tags = singleFrame ? TAGS : [...TAGS, ...TAGS_WITH_NUL];
      const publish = async (): Promise<void> => {
        for (const tag of tags) for (const message of MESSAGES) await pub.publish(message, tag);
      };
      for (const tag of tags) {
        sub.subscribe(tag as Buffer);
        const got = await harvest(pub, sub, publish);
        const wanted = tags
          .filter((other) => latin1(other).startsWith(latin1(tag)))
          .flatMap((other) => MESSAGES.map((message) => [latin1(other), latin1(message)]));
        assert.deepEqual(got, wanted);
        sub.unsubscribe(tag as Buffer);
      }
      sub.subscribe();
      assert.equal((await harvest(pub, sub, publish)).length, tags.length * MESSAGES.length);
    });
  }

  prove(`without a tag: the empty one, in ${form}`, async (stage) => {
    const pub = stage.bind(ZmqPubConnection, { singleFrame, ...PATIENT_PUB });
    const sub = stage.connect(Keeping, pub, PATIENT_SUB);
    sub.subscribe("");
    assert.deepEqual(await harvest(pub, sub, () => pub.publish("message")), [["", "message"]]);
  });

  prove(`what cannot be published is refused, in ${form}`, async (stage) => {
    const pub = stage.bind(ZmqPubConnection, { singleFrame });
    for (const wrong of [undefined, null, 5, {}, ["x"]] as never[]) {
      await assert.rejects(pub.publish(wrong), failure(ZmqArgumentError, /cannot send/));
      if (wrong !== undefined) {
        await assert.rejects(pub.publish("x", wrong), failure(ZmqArgumentError, /cannot send/));
      }
    }
  });
}

prove(
  "a tag with a NUL would be misread in the single-frame form, and is refused",
  async (stage) => {
    const pub = stage.bind(ZmqPubConnection, { singleFrame: true });
    for (const tag of TAGS_WITH_NUL) {
      await assert.rejects(pub.publish("x", tag), failure(ZmqArgumentError, /NUL/));
    }
  },
);

prove("a SUB has any number of subscriptions, before it connects and after that", async (stage) => {
  const [early, late] = [stage.bind(ZmqXPubConnection), stage.bind(ZmqXPubConnection)];
  const sub = stage.connect(ZmqSubConnection, early);
  for (let n = 1; n <= 3000; n++) sub.subscribe(`topic ${n}`);
  sub.addEndpoints({ connect: late.address });
  for (const pub of [early, late]) for (let n = 1; n <= 3000; n++) await next(pub);
});

prove("a subscriber understands publishers of both forms at once", async (stage) => {
  const sub = stage.bind(Keeping, PATIENT_SUB);
  sub.subscribe("tag");
  for (const singleFrame of [false, true]) {
    const pub = stage.connect(ZmqPubConnection, sub, { singleFrame, ...PATIENT_PUB });
    assert.deepEqual(await harvest(pub, sub, () => pub.publish(`${singleFrame}`, "tag 1")), [
      ["tag 1", `${singleFrame}`],
    ]);
  }
});

prove("messages and tags are told apart however the subscriber is read", async (stage) => {
  const pub = stage.bind(ZmqPubConnection, { singleFrame: true }, place("inproc"));
  const sub = stage.connect(ZmqSubConnection, pub);
  sub.subscribe("tag");
  await until(() => {
    void pub.publish("message", "tag");
    return sub.readable;
  });
  const frames = await sub.receive();
  assert.deepEqual(text(frames), ["tag\0message"]);
  const { tag, message } = ZmqSubConnection.unwrap(frames);
  assert.deepEqual(text([tag, message]), ["tag", "message"]);
});

prove("unwrap reads both forms, and single frames without a NUL", () => {
  const forms: [string[], tag: string, message: string][] = [
    [["tag", "message"], "tag", "message"],
    [["", "message"], "", "message"],
    [["tag", ""], "tag", ""],
    [["t\0g", "m\0e"], "t\0g", "m\0e"],
    [["tag\0message"], "tag", "message"],
    [["\0message"], "", "message"],
    [["tag\0"], "tag", ""],
    [["tag\0m\0e"], "tag", "m\0e"],
    [["message"], "", "message"],
    [[""], "", ""],
    [["tag", "first", "second"], "tag", "first"],
  ];
  for (const [frames, tag, message] of forms) {
    const unwrapped = ZmqSubConnection.unwrap(frames.map((frame) => Buffer.from(frame)));
    assert.deepEqual(
      { tag: String(unwrapped.tag), message: String(unwrapped.message) },
      { tag, message },
    );
  }
});

prove(
  "a subscriber gets nothing until it subscribes, and nothing once it has unsubscribed",
  async (stage) => {
    const pub = stage.bind(ZmqPubConnection, PATIENT_PUB);
    const [silent, other] = [
      stage.connect(Keeping, pub, PATIENT_SUB),
      stage.connect(Keeping, pub, PATIENT_SUB),
    ];
    const publish = (): Promise<void> => pub.publish("message", "tag");

    other.subscribe("tag");
    assert.deepEqual(await harvest(pub, other, publish), [["tag", "message"]]);
    assert.deepEqual(await harvest(pub, silent, publish), []);
    silent.subscribe("tag");
    assert.deepEqual(await harvest(pub, silent, publish), [["tag", "message"]]);
    silent.unsubscribe("tag");
    assert.deepEqual(await harvest(pub, silent, publish), []);
  },
);

prove("one unsubscribe takes back one subscribe", async (stage) => {
  const pub = stage.bind(ZmqPubConnection, PATIENT_PUB);
  const sub = stage.connect(Keeping, pub, PATIENT_SUB);
  const publish = async (): Promise<void> => {
    for (const tag of ["a", "ab", "abc"]) await pub.publish(tag, tag);
  };
  const tags = async (): Promise<string[]> =>
    (await harvest(pub, sub, publish)).map(([tag]) => tag);

  sub.subscribe("ab");
  sub.subscribe("ab");
  sub.subscribe("abc");
  assert.deepEqual(await tags(), ["ab", "abc"]);
  sub.unsubscribe("ab");
  assert.deepEqual(await tags(), ["ab", "abc"]);
  sub.unsubscribe("ab");
  assert.deepEqual(await tags(), ["abc"]);
  sub.unsubscribe("a"); // which was never subscribed to
  assert.deepEqual(await tags(), ["abc"]);
  sub.unsubscribe("abc");
  assert.deepEqual(await tags(), []);
});

prove("a subscriber listens to several publishers, over several transports", async (stage) => {
  const sub = stage.make(Keeping, PATIENT_SUB);
  sub.subscribe("tag");
  for (const transport of TRANSPORTS) sub.addEndpoints(ZmqEndpoint.bind(place(transport)));
  for (const { address } of sub.endpoints) {
    const pub = stage.connect(ZmqPubConnection, address, PATIENT_PUB);
    assert.deepEqual(await harvest(pub, sub, () => pub.publish(address, "tag")), [
      ["tag", address],
    ]);
  }
});

/** Subscriptions go up and messages down between publishers and subscribers that do not know each other. */
function forwarding(stage: Stage): { up: ZmqXSubConnection; down: ZmqXPubConnection } {
  const up = stage.bind(ZmqXSubConnection, PATIENT_SUB);
  const down = stage.bind(ZmqXPubConnection, PATIENT_PUB);
  up.on("message", (frames) => down.send(frames));
  down.on("message", (frames) => up.send(frames));
  return { up, down };
}

for (const singleFrame of [false, true]) {
  prove(`XSUB and XPUB pass on ${singleFrame ? "one frame" : "two frames"}`, async (stage) => {
    const { up, down } = forwarding(stage);
    const pub = stage.connect(ZmqPubConnection, up, { singleFrame, ...PATIENT_PUB });
    const sub = stage.connect(Keeping, down, PATIENT_SUB);
    sub.subscribe("tag");
    const publish = async (): Promise<void> => {
      await pub.publish("not wanted", "other");
      await pub.publish("message", "tag");
    };
    assert.deepEqual(await harvest(pub, sub, publish), [["tag", "message"]]);
    sub.unsubscribe("tag");
    assert.deepEqual(await harvest(pub, sub, publish), []);
  });
}

prove(
  "a publisher behind XSUB and XPUB is told of subscriptions, any bytes of them",
  async (stage) => {
    const { up, down } = forwarding(stage);
    const source = stage.connect(ZmqXPubConnection, at(up));
    const subs = [1, 2].map(() => stage.connect(ZmqSubConnection, down));
    for (const [n, sub] of subs.entries()) {
      sub.subscribe(`here ${n}`); // before the last of them is, a tag may come and go more than once
      assert.deepEqual(await next(source), [`\u0001here ${n}`]);
      sub.unsubscribe(`here ${n}`);
      assert.deepEqual(await next(source), [`\u0000here ${n}`]);
    }
    for (const tag of [Buffer.of(0xff), Buffer.of(0), Buffer.of(0, 1, 0)]) {
      for (const sub of subs) sub.subscribe(tag);
      assert.deepEqual(await source.receive(), [Buffer.of(1, ...tag)]);
      for (const sub of subs) sub.unsubscribe(tag);
      assert.deepEqual(await source.receive(), [Buffer.of(0, ...tag)]);
    }
    subs[0]?.subscribe("of one that goes");
    assert.deepEqual(await next(source), ["\u0001of one that goes"]);
    await subs[0]?.shutdown();
    assert.deepEqual(await next(source), ["\u0000of one that goes"]);
  },
);
