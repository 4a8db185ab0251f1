import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { endsOn, type Program, Stage } from "@tx0mq/smoke";
import { ZmqFactory, ZmqXPubConnection } from "tx0mq";

const LIMIT = { timeout: 60_000 }; // for what never comes

test("what is typed into several prompts shows in a display, and one that ends does not end it", {
  timeout: 120_000,
}, async (t) => {
  const stage = new Stage(t, import.meta.url);
  const [one, two] = [await stage.tcp(), await stage.tcp()];
  const display = stage.start("display", [one, two]);
  await display.line(new RegExp(`^Connecting to: ${two}$`));
  const ada = stage.start("prompt", [one, "Ada"]);
  let bob = stage.start("prompt", [two, "Bob"]);
  await heard(display, ada, "Ada");
  await heard(display, bob, "Bob");

  ada.type("Hello, ünd wie geht's?\n\n");
  await display.line(/^Ada: Hello, ünd wie geht's\?$/);
  await display.line(/^Ada: $/);
  ada.type("Bye\n");
  ada.end(); // as Ctrl-D does
  await display.line(/^Ada: Bye$/);
  assert.deepEqual(await ada.exit(), { code: 0, signal: null });
  bob.type("Still here\n");
  await display.line(/^Bob: Still here$/);

  bob.kill("SIGKILL");
  await bob.exit();
  bob = stage.start("prompt", [two, "Robert"]);
  await heard(display, bob, "Robert");
  await endsOn("SIGINT", bob, display);
  assert.ok(ada.lines[1]?.startsWith("Ada> "), "the prompt has the name");
});

test("a message that says nothing gets a line, and the display goes on", async (t) => {
  const stage = new Stage(t, import.meta.url);
  await using factory = new ZmqFactory();
  const publisher = new ZmqXPubConnection(factory, { bind: stage.ipc("prompt") });
  const display = stage.start("display", [stage.ipc("prompt")]);
  await publisher.receive(LIMIT); // the subscription
  await publisher.send("Ada");
  await display.line(/^display: invalid message$/, { from: "stderr" });
  await publisher.send(["Ada", "hello"]);
  await display.line(/^Ada: hello$/);
  await endsOn("SIGINT", display);
});

/** A PUB does not tell when its subscriber is there: says it again until it is heard. */
async function heard(display: Program, prompt: Program, who: string): Promise<void> {
  const line = display.line(new RegExp(`^${who}: Anybody\\?$`));
  do prompt.type("Anybody?\n");
  while (!(await Promise.race([line, sleep(20)])));
}
