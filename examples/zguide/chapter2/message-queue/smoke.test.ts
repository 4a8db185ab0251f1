import assert from "node:assert/strict";
import { test } from "node:test";
import {
  allTakeTheirShare,
  ask,
  clientsFirst,
  sendNonsense,
} from "@tx0mq/example-request-reply-broker/smoke.clients.ts";
import { endsOn, refuses, Stage } from "@tx0mq/smoke";
import { ZmqEndpoint, ZmqFactory, ZmqReqConnection } from "tx0mq";

/** For waits at sockets; those for programs have one of their own. */
const LIMIT = { timeout: 120_000 };

const ANYWHERE = "tcp://127.0.0.1:*";

test("the request-reply clients and workers run through it unchanged", LIMIT, async (t) => {
  const stage = new Stage(t, import.meta.url);
  await using factory = new ZmqFactory();
  const queue = stage.start("msgqueue", ["--frontend", ANYWHERE, "--backend", ANYWHERE]);
  const [, frontend = "", backend = ""] = await queue.line(/listening on (\S+), workers on (\S+)/);

  const start = (program: string, args: readonly string[]) =>
    stage.start(`../request-reply-broker/${program}`, args);
  const parallel = await clientsFirst(start, { frontend, backend });

  // One worker more, while a client runs.
  const client = new ZmqReqConnection(factory, ZmqEndpoint.connect(frontend));
  const worker = start("rrworker", ["--endpoint", backend, "--work", "0"]);
  await allTakeTheirShare(client);

  // It passes nonsense on as it is; the workers refuse it, and all goes on.
  await sendNonsense(factory, frontend);
  await worker.line(/refused/, { from: "stderr" });
  await parallel.count(/refused/, 2, { from: "stderr" });
  assert.match(await ask(client, "Still there?"), /World/);

  const second = stage.start("msgqueue", ["--frontend", frontend, "--backend", ANYWHERE]);
  await refuses(second, new RegExp(`^msgqueue: address in use: ${frontend} `), 1);

  // The workers leave, a request comes that nobody is there for, and the queue can still be ended.
  await endsOn("SIGINT", worker, parallel);
  await client.send("Is nobody there?");
  await endsOn("SIGINT", queue);
});

test("it ends on SIGTERM too, and wrong arguments get one line", LIMIT, async (t) => {
  const stage = new Stage(t, import.meta.url);
  const queue = stage.start("msgqueue", ["--frontend", ANYWHERE, "--backend", ANYWHERE]);
  const flag = stage.start("msgqueue", ["--colour", "red"]);
  const typo = stage.start("msgqueue", ["--frontend", ANYWHERE, "--backend", "tpc://*:5560"]);

  const [, frontend = ""] = await queue.line(/listening on (\S+),/);
  await using factory = new ZmqFactory();
  const client = new ZmqReqConnection(factory, ZmqEndpoint.connect(frontend));
  await client.send("Is nobody there?");
  await endsOn("SIGTERM", queue);
  await refuses(flag, /^usage: msgqueue .*--colour/);
  await refuses(typo, /^msgqueue: .*unknown transport "tpc"/);
});
