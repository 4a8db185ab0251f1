import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { endsOn, type Program, Stage } from "@tx0mq/smoke";
import { ZmqFactory, ZmqPullConnection, ZmqPushConnection } from "tx0mq";

const LIMIT = { timeout: 60_000 }; // for what never comes

async function opened(program: Program): Promise<string> {
  return (await program.line(/^open (http:\S+)\/$/))[1];
}

async function get(url: string, signal = AbortSignal.timeout(LIMIT.timeout)): Promise<string> {
  const response = await fetch(url, { signal });
  assert.equal(response.status, 200);
  return response.text();
}

describe("asyncio-web", { concurrency: true, timeout: 120_000 }, () => {
  test("requests wait for greetings side by side, and one that hangs up takes none", async (t) => {
    const stage = new Stage(t, import.meta.url);
    await using factory = new ZmqFactory();
    const push = new ZmqPushConnection(factory, { bind: "tcp://127.0.0.1:*" });
    const web = stage.start("asyncio-web", [
      ...["--role", "pulling", "--endpoint", push.address, "--http", "0"],
    ]);
    const url = await opened(web);
    const hangUp = new AbortController();
    const hungUp = assert.rejects(get(`${url}/greeting`, hangUp.signal), { name: "AbortError" });
    let answered = 0;
    const waiting = Array.from({ length: 20 }, async () => {
      const greeting = await get(`${url}/greeting`);
      answered += 1;
      return greeting;
    });
    // Nothing has been sent: all of them wait, and still the page is served.
    assert.match(await get(`${url}/`), /fetch\("\/greeting"\)/);
    assert.equal(answered, 0);
    hangUp.abort();
    await hungUp;
    await web.line(/^not answered: the client has hung up$/);
    const greetings = waiting.map((_, n) => `greeting ${n}`);
    for (const greeting of greetings) await push.send(greeting, LIMIT);
    assert.deepEqual((await Promise.all(waiting)).sort(), greetings.sort());
    await endsOn("SIGINT", web);
  });

  test("both halves run in one program, and talk to others", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const all = stage.start("asyncio-web", [
      ...["--endpoint", stage.ipc("both"), "--http", "0", "--period", "10"],
    ]);
    const url = await opened(all);
    for (let n = 0; n < 3; n += 1) assert.equal(await get(`${url}/greeting`), "Hello");
    const other = stage.start("asyncio-web", [
      ...["--endpoint", stage.ipc("other"), "--http", new URL(url).port],
    ]);
    assert.equal((await other.exit()).code, 1);
    assert.match(
      other.errors.join("\n"),
      new RegExp(`address already in use ${new URL(url).host}`),
    );
    await endsOn("SIGTERM", all);

    const pushing = stage.start("asyncio-web", [
      ...["--role", "pushing", "--endpoint", stage.ipc("push"), "--period", "10"],
    ]);
    await using factory = new ZmqFactory();
    const pull = new ZmqPullConnection(factory, { connect: stage.ipc("push") });
    for (let n = 0; n < 3; n += 1) assert.equal(String(await pull.receive(LIMIT)), "Hello");
    await endsOn("SIGINT", pushing);
  });
});
