import assert from "node:assert/strict";
import { test } from "node:test";
import { endsOn, refuses, Stage } from "@tx0mq/smoke";
import { ZmqDealerConnection, ZmqEndpoint, ZmqFactory } from "tx0mq";

const LIMIT = { timeout: 60_000 }; // for what never comes
const ANYWHERE = "tcp://127.0.0.1:*";

test("100 clients at once: all handlers run side by side, and take about as long as one", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const program = stage.start("asyncrrhandlers", ["--endpoint", ANYWHERE, "--work", "8000"]);
  assert.deepEqual(await program.exit(), { code: 0, signal: null });
  assert.deepEqual(program.errors, []);

  const { lines } = program;
  const started = lines.flatMap((line, at) => (/^Request handler started/.test(line) ? at : []));
  const firstReply = lines.findIndex((line) => line.startsWith("Server sends to the frontend"));
  assert.equal(started.length, 100);
  assert.ok(Number(started.at(-1)) < firstReply, "all are in work before the first reply goes out");

  const replies = lines.flatMap((line) => {
    const [, client, to] = /^Client (\S+) received reply: .*client (\S+)\]/.exec(line) ?? [];
    if (client !== undefined) assert.equal(to, client, "each client gets its own reply");
    return client ?? [];
  });
  assert.equal(new Set(replies).size, 100);
  assert.equal(replies.length, 100);

  const [, elapsed] = /Total time elapsed: (\S+) seconds/.exec(lines.join("\n")) ?? [];
  assert.ok(Number(elapsed) < (100 * 8) / 4, "one after the other they would take 800 s");
});

test("the server takes as many requests as it has handlers for, and refuses malformed ones", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const server = stage.start("asyncrrhandlers", [
    ...["--role", "server", "--endpoint", ANYWHERE, "--work", "0", "--handlers", "2"],
  ]);
  const [, address = ""] = await server.line(/listening on (\S+)/);

  await using factory = new ZmqFactory();
  const rogue = new ZmqDealerConnection(factory, ZmqEndpoint.connect(address));
  await rogue.send("");
  await server.line(/refused 1 frames of 0 B/, { from: "stderr" });
  await rogue.send(["request", "and more"]);
  await server.line(/refused 2 frames of 15 B/, { from: "stderr" });
  await rogue.send(Array.from({ length: 1000 }, () => "part"));
  await server.line(/refused 1000 frames of 4000 B/, { from: "stderr" });
  await rogue.send(Buffer.alloc(64 * 1024 * 1024));
  await server.line(/refused 1 frames of 67108864 B/, { from: "stderr" });

  const requests = Array.from({ length: 50 }, (_, number) => `request ${number}`);
  for (const request of requests) await rogue.send(request);
  const replies: string[] = [];
  while (replies.length < requests.length) replies.push(String(await rogue.receive(LIMIT)));
  assert.deepEqual(new Set(replies), new Set(requests));
  let running = 0;
  await server.count(/Request handler quits/, 50);
  for (const line of server.lines) {
    if (line.startsWith("Request handler started")) running += 1;
    if (line.startsWith("Request handler quits")) running -= 1;
    assert.ok(running <= 2);
  }

  const second = stage.start("asyncrrhandlers", ["--role", "server", "--endpoint", address]);
  await refuses(second, /address in use: /, 1);
  assert.ok(second.errors[0]?.includes(`address in use: ${address}`), "it names the address");
  await endsOn("SIGINT", server);
  assert.equal(server.errors.length, 4, "one for each malformed request");
});

test("clients without a server end on Ctrl-C; wrong arguments get one line of usage", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const clients = stage.start("asyncrrhandlers", [
    ...["--role", "client", "--endpoint", await stage.tcp()],
  ]);
  const colour = stage.start("asyncrrhandlers", ["--colour", "red"]);
  await refuses(colour, /^usage: asyncrrhandlers .*--colour/);

  await clients.count(/sent its request/, 100);
  await endsOn("SIGINT", clients);
  assert.deepEqual(clients.errors, []);
});
