import assert from "node:assert/strict";
import { test } from "node:test";
import { endsOn, Stage } from "@tx0mq/smoke";

test("both channels deliver while the other is busy, and the one changes what the other says", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const endpoints = [
    ...["--hellos", await stage.tcp(), "--commands", await stage.tcp()],
    ...["--period", "50"],
  ];
  const program = "helloworld-pubsub-dealerrouter";
  const listener = stage.start(program, ["--role", "listener", ...endpoints], { name: "listener" });
  const speaker = stage.start(program, ["--role", "speaker", ...endpoints], { name: "speaker" });
  for (const hello of ["Hello World", "Hello Sekai", "Hello World", "Hello Sekai"]) {
    await listener.line(new RegExp(`^sub: ${hello} \\(topic world\\)$`));
  }
  await speaker.count(/^router: Change that language! \(from lang_dealer\)$/, 2);
  await speaker.count(/^pub: /, 5); // and it goes on saying hello
  const said = speaker.lines.filter((line) => line.startsWith("pub: "));
  const changes = said.filter((hello, n) => n > 0 && hello !== said[n - 1]).length;
  const commands = speaker.lines.filter((line) => line.startsWith("router: ")).length;
  assert.ok(said.length > 4);
  assert.ok(changes > 0 && changes <= commands, "each change was asked for");
  await endsOn("SIGINT", listener, speaker);
});
