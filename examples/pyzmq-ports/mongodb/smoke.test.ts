import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { appendFileSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { endsOn, type Program, Stage } from "@tx0mq/smoke";
import { MongoClient } from "mongodb";
import { type Frames, ZmqDealerConnection, ZmqFactory } from "tx0mq";

const MONGODB_URL = process.env.MONGODB_URL;

/** A store of its own for a test, and what its controller is started with. */
type Setting = (t: TestContext, stage: Stage) => readonly string[];

const inFolder: Setting = (_, stage) => ["--folder", join(stage.folder, "documents")];

const inMongoDb: Setting = (t) => {
  const url = new URL(MONGODB_URL ?? "");
  url.pathname = `/tx0mq-${randomUUID()}`;
  t.after(async () => {
    const client = new MongoClient(url.href);
    await client.db().dropDatabase();
    await client.close();
  });
  return ["--url", url.href];
};

for (const [name, setting, skip] of [
  ["in a folder", inFolder, false],
  ["in MongoDB", inMongoDb, MONGODB_URL ? false : "MONGODB_URL names no server"],
] as const) {
  describe(`documents ${name}`, { concurrency: true, skip }, () => {
    test("are added and found again, also by who comes before the controller", async (t) => {
      const stage = new Stage(t, import.meta.url);
      const { start, address } = await controlled(t, stage, setting);
      const client = stage.start("client", [
        "--endpoint",
        address,
        "--count",
        "3",
        "--timeout",
        "60000",
      ]);
      await client.line(/^Adding doc/);
      const controller = await start();
      assert.deepEqual(await client.exit(), { code: 0, signal: null });
      for (const job of ["0", "1", "2"]) {
        const at = client.lines.indexOf(`Getting doc matching query: { job: '${job}' }`);
        assert.match(client.lines[at + 1] ?? "", new RegExp(`^(?=.*_id: ).*job: '${job}'`));
      }
      assert.equal(client.lines.filter((line) => line === "success").length, 3);
      await endsOn("SIGINT", controller);
    });

    test("a malformed or oversized request gets an error reply and a line", async (t) => {
      const stage = new Stage(t, import.meta.url);
      const { start, address } = await controlled(t, stage, setting);
      const controller = await start("--max-size", "1000000");
      const request = connect(t, address);
      assert.equal(await request(["add", '{"name":"Ada","at":{"x":[1,2.5,null]}}']), "success");
      const refused: [RegExp, Frames][] = [
        [/1 frames/, ["add"]],
        [/3 frames/, ["add", "{}", "{}"]],
        [/such operation/, ["", '{"name":"Ada"}']],
        [/such operation/, ["drop", '{"name":"Ada"}']],
        [/JSON/, ["add", "{"]],
        [/JSON/, ["get", ""]],
        [/JSON/, ["add", "a\nb\u001b[2J"]],
        [/may be \$a\nb/, ["add", '{"$a\\nb":1}']],
        [/not a document/, ["add", "[]"]],
        [/not a document/, ["get", "null"]],
        [/UTF-8/, ["add", Buffer.from('{"name":"\xff"}', "latin1")]],
        [/_id/, ["add", '{"_id":1}']],
        [/may be \$where/, ["get", '{"$where":"while(true);"}']],
        [/may be \$ne/, ["get", '{"name":{"$ne":1}}']],
        [/may be \$\$deleted/, ["add", '{"a":[{"$$deleted":true}]}']],
        [/may be __proto__/, ["add", '{"__proto__":{"a":1}}']],
        [/1000001 bytes/, ["add", `{"a":"${"x".repeat(999_993)}"}`]],
        [/./, ["add", `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`]],
      ];
      for (const [why, frames] of refused) {
        const reply = await request(frames);
        assert.match(reply, /^Error: /, String(frames).slice(0, 50));
        assert.match(reply, why);
      }
      await controller.count(/^controller: "Error: /, refused.length, { from: "stderr" });
      assert.equal(controller.errors.length, refused.length, "a line each");
      const found = JSON.parse(await request(["get", '{"name":"Ada"}']));
      assert.deepEqual(found, { name: "Ada", at: { x: [1, 2.5, null] }, _id: found._id });
      assert.equal(await request(["get", '{"a":1}']), "null");

      // What the socket itself refuses takes nothing but its own connection along.
      const other = connect(t, address);
      other(["add", Buffer.alloc(3_000_000)]).catch(() => undefined);
      assert.equal(await request(["get", '{"name":"Bob"}']), "null");
    });

    test("what ends a line for NeDB is text in a document, also after a restart", async (t) => {
      const stage = new Stage(t, import.meta.url);
      const { start, address } = await controlled(t, stage, setting);
      const controller = await start();
      const text = "a\x85b\u2028c\u2029d\ne";
      const request = ["add", JSON.stringify({ text })];
      assert.equal(await connect(t, address)(request), "success");
      await endsOn("SIGINT", controller);
      await start();
      const found = JSON.parse(await connect(t, address)(["get", JSON.stringify({ text })]));
      assert.equal(found?.text, text);
    });

    test("what was acknowledged is found after SIGKILL, and replies keep their order", async (t) => {
      const stage = new Stage(t, import.meta.url);
      const { start, address, tear } = await controlled(t, stage, setting);
      let controller = await start();
      const acknowledged: number[] = [];
      for (let round = 0; round < 3; round++) {
        const request = connect(t, address);
        const added = Array.from({ length: 200 }, async (_, i) => {
          const n = 200 * round + i;
          assert.equal(await request(["add", JSON.stringify({ n })]), "success");
          acknowledged.push(n);
        });
        await Promise.all(added.slice(0, 20));
        controller.kill("SIGKILL");
        Promise.allSettled(added); // most are never replied to
        await controller.exit();
        tear?.();
        controller = await start();
      }
      const request = connect(t, address);
      assert.ok(acknowledged.length >= 60);
      for (const n of acknowledged) {
        const found = JSON.parse(await request(["get", JSON.stringify({ n })]));
        assert.equal(found?.n, n, `document ${n} was acknowledged`);
      }
    });
  });

  /** A controller that can be started again, at the same address and with the same documents. */
  async function controlled(t: TestContext, stage: Stage, setting: Setting) {
    const address = await stage.tcp();
    const args = ["--endpoint", address, ...setting(t, stage)];
    const start = async (...more: string[]): Promise<Program> => {
      const options = { env: { MONGODB_URL: undefined } };
      const controller = stage.start("controller", [...args, ...more], options);
      await controller.line(/^controller: documents of /);
      return controller;
    };
    // As if the kill had come in the middle of a line.
    const file = join(stage.folder, "documents/jobs.db");
    const tear = setting === inFolder ? () => appendFileSync(file, '{"n":12345,"_i') : undefined;
    return { start, address, tear };
  }
}

test("a document that cannot be written is not acknowledged", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const address = await stage.tcp();
  const args = ["--endpoint", address, ...inFolder(t, stage)];
  const controller = stage.start("controller", args, { env: { MONGODB_URL: undefined } });
  await controller.line(/^controller: documents of /);
  const request = connect(t, address);
  assert.equal(await request(["add", "{}"]), "success");
  rmSync(join(stage.folder, "documents"), { recursive: true });
  assert.match(await request(["add", "{}"]), /^Error: ENOENT/);
});

const unlimited = spawnSync("prlimit", ["--version"]).status !== 0 && "there is no prlimit";
test("a document that is too large for the disk harms no other", { skip: unlimited }, async (t) => {
  const stage = new Stage(t, import.meta.url);
  const address = await stage.tcp();
  const args = ["--endpoint", address, ...inFolder(t, stage)];
  const start = async () => {
    const controller = stage.start("controller", args, { env: { MONGODB_URL: undefined } });
    await controller.line(/^controller: documents of /);
    return controller;
  };
  const controller = await start();
  execFileSync("prlimit", ["--fsize=50000", "--pid", String(controller.pid)]);
  const request = connect(t, address);
  const add = (job: string) => request(["add", JSON.stringify({ job })]);
  const large = "x".repeat(30_000);
  assert.equal(await add(large), "success");
  assert.match(await add("y".repeat(30_000)), /^Error: EFBIG/);
  assert.equal(await add("small"), "success");
  controller.kill("SIGKILL");
  await controller.exit();
  await start();
  for (const job of [large, "small"]) {
    const found = JSON.parse(await request(["get", JSON.stringify({ job })]));
    assert.equal(found?.job, job);
  }
});

test("a second controller at an address that is taken leaves the documents alone", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const args = ["--endpoint", await stage.tcp(), ...inFolder(t, stage)];
  const start = () => stage.start("controller", args, { env: { MONGODB_URL: undefined } });
  await start().line(/^controller: documents of /);
  const file = join(stage.folder, "documents/jobs.db");
  appendFileSync(file, '{"n":1'); // as if the first one were in the middle of a line
  const second = start();
  assert.deepEqual(await second.exit(), { code: 1, signal: null });
  assert.match(second.errors.join("\n"), /in use/);
  assert.equal(readFileSync(file, "utf8"), '{"n":1');
});

/** A client: sends a request, and gives the reply. Replies come in the order of the requests. */
function connect(t: TestContext, address: string) {
  const factory = new ZmqFactory({ lingerPeriod: 0 });
  t.after(() => factory.shutdown());
  const dealer = new ZmqDealerConnection(factory, { connect: address });
  return async (frames: Frames): Promise<string> => {
    await dealer.send(frames);
    return String(await dealer.receive({ timeout: 60_000 }));
  };
}
