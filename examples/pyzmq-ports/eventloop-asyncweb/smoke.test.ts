import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { endsOn, type Program, Stage } from "@tx0mq/smoke";
import { ZmqFactory, ZmqReqConnection, ZmqRouterConnection } from "tx0mq";

const LIMIT = { timeout: 60_000 }; // for what never comes

async function opened(program: Program): Promise<string> {
  return (await program.line(/^open (http:\/\/[^/]+)\//))[1];
}

async function get(url: string, signal = AbortSignal.timeout(LIMIT.timeout)): Promise<string> {
  const response = await fetch(url, { signal });
  assert.equal(response.status, 200);
  return response.text();
}

describe("asyncweb", { concurrency: true, timeout: 120_000 }, () => {
  test("many requests wait side by side, the page is served meanwhile, and one hangs up", async (t) => {
    const stage = new Stage(t, import.meta.url);
    await using factory = new ZmqFactory();
    const worker = new ZmqRouterConnection(factory, { bind: "tcp://127.0.0.1:*" });
    const web = stage.start("asyncweb", [
      ...["--role", "web", "--endpoint", worker.address, "--http", "0"],
    ]);
    const url = await opened(web);
    const hangUp = new AbortController();
    const hungUp = assert.rejects(get(url, hangUp.signal), { name: "AbortError" });
    const [lost, ...frames] = await worker.receive(LIMIT);
    assert.deepEqual(frames.map(String), ["hello"]);
    let answered = 0;
    const waiting = Array.from({ length: 30 }, async () => {
      const answer = await get(url);
      answered += 1;
      return answer;
    });
    const peers: Buffer[] = [];
    for (const _ of waiting) peers.push((await worker.receive(LIMIT))[0]);
    // All of them wait, and still the event loop is free.
    assert.match(await get(`${url}/page`), /Ten requests at once/);
    assert.equal((await fetch(`${url}/favicon.ico`)).status, 404);
    assert.equal(answered, 0);
    hangUp.abort();
    await hungUp;
    await web.line(/^not answered: the client has hung up$/);
    await worker.send([lost, "to nobody"]);
    for (const [n, peer] of peers.reverse().entries()) await worker.send([peer, `answer ${n}`]);
    const answers = waiting.map((_, n) => `answer ${n}`).sort();
    assert.deepEqual((await Promise.all(waiting)).sort(), answers);
    await endsOn("SIGINT", web);
  });

  test("the worker answers one request after the other, and dots show that nobody is blocked", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const all = stage.start("asyncweb", [
      ...["--endpoint", await stage.tcp(), "--http", "0", "--work", "401"], // which 5 does not divide
    ]);
    const [, address] = await all.line(/^worker listening on (\S+)$/);
    const url = await opened(all);
    const answers = await Promise.all([1, 2, 3].map(() => get(url)));
    assert.deepEqual(
      answers.sort(),
      [0, 1, 2].map((n) => `hello to you too, #${n}`),
    );
    await all.count(/^worker received hello$/, 3);
    await all.count(/^finishing with hello to you too/, 3);
    await all.line(/^\.+$/);
    await using factory = new ZmqFactory();
    const req = new ZmqReqConnection(factory, { connect: address }); // as older clients are
    await req.send("good day");
    assert.equal(String(await req.receive(LIMIT)), "good day to you too, #3");
    const other = stage.start("asyncweb", [
      ...["--endpoint", await stage.tcp(), "--http", new URL(url).port],
    ]);
    assert.equal((await other.exit()).code, 1);
    assert.match(
      other.errors.join("\n"),
      new RegExp(`address already in use ${new URL(url).host}`),
    );
    await endsOn("SIGTERM", all);
  });

  test("web sends, and answers without waiting", async (t) => {
    const stage = new Stage(t, import.meta.url);
    await using factory = new ZmqFactory();
    const server = new ZmqRouterConnection(factory, { bind: "tcp://127.0.0.1:*" });
    const web = stage.start("web", ["--endpoint", server.address, "--http", "0"]);
    const url = await opened(web);
    for (let n = 0; n < 3; n += 1) assert.equal(await get(url), "hello");
    await web.count(/^sending hello$/, 3);
    assert.ok(!web.lines.some((line) => line.startsWith("echoed")));
    for (let n = 0; n < 3; n += 1) await server.send(await server.receive(LIMIT));
    await web.count(/^echoed: hello$/, 3);
    await endsOn("SIGINT", web);
  });
});
