import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { endsOn, Stage } from "@tx0mq/smoke";
import { ZmqFactory, ZmqSubConnection, ZmqXPubConnection } from "tx0mq";

const ANYWHERE = "tcp://127.0.0.1:*";
const LIMIT = { timeout: 60_000 }; // for what never comes

describe("espresso", { concurrency: true }, () => {
  test("the listener prints all that passes, in its order, and nothing else", async (t) => {
    const stage = new Stage(t, import.meta.url);
    await using factory = new ZmqFactory();
    const publisher = new ZmqXPubConnection(factory, { bind: ANYWHERE });
    const proxy = stage.start("espresso", [
      ...["--role", "proxy", "--frontend", publisher.address, "--backend", ANYWHERE],
    ]);
    const [, address] = await proxy.line(/^Proxy at (\S+)/);
    const [one, two] = [1, 2].map(() => new ZmqSubConnection(factory, { connect: address }));
    assert(one !== undefined && two !== undefined);

    one.subscribe("A");
    assert.equal(await next(publisher), "\x01A");
    await publisher.send("A-00001");
    await publisher.send("J-00001"); // which nobody wants
    assert.equal(await next(one), "A-00001");

    two.subscribe("A"); // as the other one does: this stays at the proxy
    two.subscribe("B");
    assert.equal(await next(publisher), "\x01B");
    await publisher.send(["A", "part"]);
    await publisher.send(Buffer.from("B\xff", "latin1"));
    assert.equal(await next(one), "A,part");
    assert.equal(await next(two), "A,part");
    assert.deepEqual(await two.receive(LIMIT), [Buffer.from("B\xff", "latin1")]);

    two.unsubscribe("A"); // the other one still wants it
    two.unsubscribe("B");
    assert.equal(await next(publisher), "\x00B");
    await publisher.send("B-00002");
    await publisher.send("A-00003");
    assert.equal(await next(one), "A-00003");
    await one.shutdown();
    assert.equal(await next(publisher), "\x00A");
    two.subscribe(); // to everything
    assert.equal(await next(publisher), "\x01");
    await publisher.send("the end");
    await proxy.line(/the end$/);

    await endsOn("SIGINT", proxy);
    assert.deepEqual(proxy.lines.slice(1), [
      ...["[002] 0141", "[007] A-00001", "[002] 0142", "[001] A [004] part", "[002] 42FF"],
      ...["[002] 0042", "[007] A-00003", "[002] 0041", "[001] 01", "[007] the end"],
    ]);
    assert.deepEqual(proxy.errors, []);
  });

  test("a subscriber comes, takes five messages and leaves, and nothing passes any more", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const all = stage.start("espresso", [
      ...["--frontend", ANYWHERE, "--backend", ANYWHERE, "--period", "5"],
    ]);
    assert.deepEqual(await all.exit(), { code: 0, signal: null });
    const listened = all.lines.filter((line) => line.startsWith("["));
    const messages = listened.filter((line) => /^\[007\] [AB]-\d{5}$/.test(line));
    assert(messages.length >= 5);
    assert.deepEqual(
      listened.filter((line) => !messages.includes(line)),
      ["[002] 0141", "[002] 0142", "[002] 0041", "[002] 0042"],
    );
    assert.equal(listened[0], "[002] 0141", "no message comes before it is wanted");
    assert.equal(all.lines.at(-1), "Nobody listens: the publisher sends, and nothing passes");
    assert.deepEqual(all.errors, []);
  });
});

async function next(socket: ZmqSubConnection | ZmqXPubConnection): Promise<string> {
  return String(await socket.receive(LIMIT));
}
