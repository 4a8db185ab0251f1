import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { describe, type TestContext, test } from "node:test";
import { endsOn, refuses, Stage } from "@tx0mq/smoke";
import { ZmqFactory, ZmqXPubConnection, ZmqXSubConnection } from "tx0mq";

const skip = process.platform !== "linux" && "only Linux has all of 127/8";

describe("decentralized chat", { skip, timeout: 120_000 }, () => {
  test("three nodes hear one another, with no server, and one that dies is missed by nobody", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const subnet = `127.${randomInt(1, 255)}.${randomInt(255)}`;
    const flags = ["--retry", "100", "--port", `${await heldPort(t)}`];
    const node = (host: number, user: string) =>
      stage.start("dechat", [...flags, `${subnet}.${host}`, user]);
    const ada = node(1, "Ada");
    const bob = node(77, "Bob");
    const eve = node(254, "Eve");
    for (const one of [ada, bob, eve]) {
      await one.line(/^\(heard by 1\)/);
      await one.line(/^\(heard by 2\)/);
    }
    for (const [one, name] of [
      [ada, "Ada"],
      [bob, "Bob"],
      [eve, "Eve"],
    ] as const) {
      one.type(`Here is ${name}, ünd hello\n`);
      for (const other of [ada, bob, eve]) {
        if (other !== one) await other.line(new RegExp(`^${name}: Here is ${name}, ünd hello$`));
      }
    }

    eve.kill("SIGKILL");
    await ada.line(/^\(heard by 1\)/);
    ada.type("Still there?\n");
    await bob.line(/^Ada: Still there\?$/);
    const again = node(254, "Eve");
    await again.line(/^\(heard by 2\)/);
    again.type("Back\n");
    await ada.line(/^Eve: Back$/);

    ada.type("Bye\n");
    ada.end(); // as Ctrl-D does
    assert.deepEqual(await ada.exit(), { code: 0, signal: null });
    await bob.line(/^Ada: Bye$/);
    await endsOn("SIGINT", bob, again);
    assert.equal(bob.lines.filter((line) => line.startsWith("Bob:")).length, 0, "not oneself");
  });

  test("a PUB of the guide is heard; an interface that is not there gets one line", async (t) => {
    const stage = new Stage(t, import.meta.url);
    await refuses(stage.start("dechat", ["nowhere0", "Ada"]), /no interface nowhere0/);
    const subnet = `127.${randomInt(1, 255)}.${randomInt(255)}`;
    const port = await heldPort(t);
    const flags = ["--retry", "100", "--port", `${port}`];
    const ada = stage.start("dechat", [...flags, `${subnet}.1`, "Ada"]);
    await using factory = new ZmqFactory();
    const pub = new ZmqXPubConnection(factory, { bind: `tcp://${subnet}.9:${port}` });
    await pub.receive({ timeout: 60_000 }); // the subscription, of which a PUB does not tell
    await pub.send("Old: hello\n"); // as in C
    await ada.line(/^Old: hello$/);
    assert.ok(!ada.lines.includes(""), "its newline does not end two lines");
    const xsub = new ZmqXSubConnection(factory, { connect: `tcp://${subnet}.1:${port}` });
    for (const message of ["\x01", "no subscription, and no end of one"]) {
      await xsub.send(message);
      await ada.line(/^\(heard by 1\)$/);
    }
    await endsOn("SIGTERM", ada);
  });
});

/** A port that nobody has on all addresses: until the test is over it is held on 127.0.0.1, where no node is. */
async function heldPort(t: TestContext): Promise<number> {
  const holder = createServer().listen(0, "127.0.0.1");
  t.after(() => holder.close());
  await once(holder, "listening");
  return (holder.address() as AddressInfo).port;
}
