import assert from "node:assert/strict";
import { test } from "node:test";
import { endsOn, Stage } from "@tx0mq/smoke";
import { ZmqFactory, ZmqXPubConnection } from "tx0mq";

test("both channels deliver while the other is busy, and the one changes what the other says", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const endpoints = [
    ...["--hellos", await stage.tcp(), "--commands", await stage.tcp()],
    ...["--period", "50"],
  ];
  const program = "helloworld-pubsub-dealerrouter";
  const speaker = stage.start(program, ["--role", "speaker", ...endpoints], { name: "speaker" });
  await speaker.count(/^pub: Hello World$/, 3); // nobody has asked it for anything yet
  const listener = stage.start(program, ["--role", "listener", ...endpoints], { name: "listener" });
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

test("a hello may be one frame, as tx0mq's", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const listener = stage.start("helloworld-pubsub-dealerrouter", [
    ...["--role", "listener", "--hellos", stage.ipc("hellos"), "--commands", stage.ipc("none")],
  ]);
  await using factory = new ZmqFactory();
  const pub = new ZmqXPubConnection(factory, { connect: stage.ipc("hellos") });
  await pub.receive({ timeout: 60_000 }); // it has subscribed
  for (const hello of ["world\0Hello", "world", ["world", ""]]) await pub.send(hello);
  await listener.line(/^sub: {2}\(topic world\)$/);
  assert.deepEqual(listener.lines.slice(0, 2), ["sub: Hello (topic world)", "sub: world (topic )"]);
  await endsOn("SIGINT", listener);
});
