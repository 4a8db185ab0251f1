import assert from "node:assert/strict";
import { test } from "node:test";
import { endsOn, refuses, Stage } from "@tx0mq/smoke";
import { ZmqDealerConnection, ZmqEndpoint, ZmqFactory } from "tx0mq";

test("many requests in flight: all replies, zero to four to each, reach their own client", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const address = await stage.tcp();
  const clients = stage.start("asyncsrv", [
    ...["--role", "client", "--endpoint", address, "--requests", "20", "--period", "0"],
  ]);
  await clients.count(/sends: request #20$/, 3); // so far there is no server: all 60 are in flight
  const server = stage.start("asyncsrv", [
    ...["--role", "server", "--endpoint", address, "--pause", "10"],
  ]);

  const due = new Map<string, number>();
  const workers = new Set<string>();
  const taken = await server.count(/Worker (\d+) received: (.+) from (\S+), replies: (\d)$/, 60);
  for (const [, worker = "", request, client, replies] of taken) {
    workers.add(worker);
    assert.ok(Number(replies) <= 4);
    assert.ok(!due.has(`${client} ${request}`), "each request is dealt to one worker");
    due.set(`${client} ${request}`, Number(replies));
  }
  assert.equal(workers.size, 5, "all five workers take part");
  assert.ok(new Set(due.values()).size > 1, "the number of replies varies");

  const total = [...due.values()].reduce((sum, replies) => sum + replies);
  const received = await clients.count(/Client (\S+) received: (.+)$/, total);
  const outOfOrder = received.some(([, client, reply], at) =>
    received.slice(at).some(([, to, later]) => to === client && number(later) < number(reply)),
  );
  assert.ok(outOfOrder, "a request is answered before one that was sent earlier");
  for (const [, client, reply] of received) {
    const left = due.get(`${client} ${reply}`) ?? 0;
    assert.ok(left > 0, `${client} gets no more replies to ${reply} than the worker sent to it`);
    due.set(`${client} ${reply}`, left - 1);
  }

  const second = stage.start("asyncsrv", ["--role", "server", "--endpoint", address]);
  await refuses(second, /address in use: /, 1);
  assert.ok(second.errors[0]?.includes(`address in use: ${address}`), "it names the address");

  await endsOn("SIGINT", server, clients);
  assert.deepEqual([...server.errors, ...clients.errors], []);
  assert.equal(clients.lines.filter((line) => line.includes("received")).length, total);
});

test("in one program; malformed requests are refused, and the server goes on", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const program = stage.start("asyncsrv", [
    ...["--endpoint", "tcp://127.0.0.1:*", "--requests", "3", "--period", "0", "--pause", "10"],
  ]);
  const [, address = ""] = await program.line(/listening on (\S+)/);
  await program.count(/Worker \d received/, 9);

  await using factory = new ZmqFactory();
  const rogue = new ZmqDealerConnection(factory, ZmqEndpoint.connect(address));
  await rogue.send("");
  await program.line(/refused a message of 1 frames, 0 B/, { from: "stderr" });
  await rogue.send(["request", "and more"]);
  await program.line(/refused a message of 2 frames/, { from: "stderr" });
  await rogue.send(Array.from({ length: 1000 }, () => "part"));
  await program.line(/refused a message of 1000 frames/, { from: "stderr" });
  await rogue.send(Buffer.alloc(64 * 1024 * 1024));
  await program.line(/refused a message of 1 frames, 67108864 B/, { from: "stderr" });
  for (let request = 0; request < 5; request++) await rogue.send("after all that");
  const taken = await program.count(/Worker (\d) received: after all that/, 5);
  assert.equal(new Set(taken.map(([, worker]) => worker)).size, 5, "no worker is lost");
  assert.equal(program.errors.length, 4);
  await endsOn("SIGINT", program);
});

test("wrong arguments get one line of usage", async (t) => {
  const stage = new Stage(t, import.meta.url);
  await refuses(stage.start("asyncsrv", ["--colour", "red"]), /^usage: asyncsrv .*--colour/);
  await refuses(stage.start("asyncsrv", ["--role", "broker"]), /^usage: asyncsrv .*not "broker"/);
});

function number(request: string): number {
  return Number(/#(\d+)$/.exec(request)?.[1]);
}
