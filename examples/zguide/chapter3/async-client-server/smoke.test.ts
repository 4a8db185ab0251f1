import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { endsOn, type LineMatch, refuses, Stage } from "@tx0mq/smoke";
import { ZmqDealerConnection, ZmqFactory } from "tx0mq";

describe("asynchronous client/server", { concurrency: true }, () => {
  test("with many requests in flight, zero to four replies to each reach its own client", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const address = await stage.tcp();
    const clients = stage.start("asyncsrv", [
      ...["--role", "client", "--connect", address, "--period", "50"],
    ]);
    const names = await clients.count(/^(\S+) sends: request #5$/, 3); // so far there is no server
    const server = stage.start("asyncsrv", [
      ...["--role", "server", "--bind", address, "--pause", "10"],
    ]);

    const taken: LineMatch[] = [];
    for (const [, name] of names) {
      for (let n = 1; n <= 20; n++) {
        const one = new RegExp(
          `^(Worker \\d) received: (request #${n}) from (${name}), replies: (\\d)$`,
        );
        taken.push(await server.line(one));
      }
    }
    // One whose thread starts late may have none of them.
    for (let n = 1; n <= 5; n += 1) await server.count(new RegExp(`^Worker ${n} received:`), 1);
    assert.ok(new Set(taken.map(([, , , , replies]) => replies)).size > 1, "their number varies");
    for (const [line, , , , replies] of taken) assert.ok(Number(replies) <= 4, line);
    for (const [, , request, client, replies] of taken) {
      const reply = new RegExp(`^${client} received: ${request}$`);
      if (replies !== "0") await clients.count(reply, Number(replies));
    }

    await endsOn("SIGINT", server, clients);
    for (const [, , request, client, replies] of taken) {
      const received = clients.lines.filter((line) => line === `${client} received: ${request}`);
      assert.equal(received.length, Number(replies), `replies to ${request} of ${client}`);
    }
    assert.deepEqual([...server.errors, ...clients.errors], []);
  });

  test("all in one program; a wrong role gets one line", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const program = stage.start("asyncsrv", [
      ...["--bind", "tcp://127.0.0.1:*", "--period", "20", "--pause", "0"],
    ]);
    await refuses(
      stage.start("asyncsrv", ["--role", "broker"]),
      /^asyncsrv: --role is all, server/,
    );
    await program.count(/^client\S+ received: request/, 20);
    const [, connect = ""] = await program.line(/^asyncsrv listening on (\S+)$/);
    const factory = new ZmqFactory();
    t.after(() => factory.shutdown());
    await new ZmqDealerConnection(factory, { connect }).send("request of a client without a name");
    await program.line(/^Worker \d received: request of .* name from 00[0-9a-f]{8}, replies: \d$/);
    await endsOn("SIGINT", program);
    assert.deepEqual(program.errors, []);
  });
});
