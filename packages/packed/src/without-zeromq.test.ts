import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { run, Sandbox, succeed } from "./sandbox.ts";

const sandbox = new Sandbox();
const HELLO = `import { curveKeyPair, ZmqFactory, ZmqRepConnection, ZmqReqConnection, zmqHas, zmqVersion } from "tx0mq";

const factory = new ZmqFactory();
factory.registerForShutdown();
const rep = new ZmqRepConnection(factory, { bind: "tcp://127.0.0.1:*" });
rep.on("message", ([request]) => rep.send(\`\${request}, World\`));
const req = new ZmqReqConnection(factory, { connect: rep.address });
await req.send("Hello");
console.log(String(await req.receive()), zmqVersion(), zmqHas("curve"), curveKeyPair().publicKey.length);
await factory.shutdown();
`;

before(async () => {
  await sandbox.install({ tx0mq: "*", "@tx0mq/zmtp": "*" }, "--omit=optional");
  sandbox.write("hello.js", HELLO);
});
after(() => sandbox.remove());

test("where nothing native is installed, the engine in TypeScript is all it takes", async () => {
  assert.equal(existsSync(join(sandbox.folder, "node_modules/zeromq")), false);
  const hello = ["TX0MQ_ENGINE=zmtp", process.execPath, "hello.js"];
  assert.match(
    await succeed("env", hello, sandbox.folder),
    /^Hello, World \d+\.\d+\.\d+ true 40\n$/,
  );
});

test("without it, one line says what to do", async () => {
  const { code, stderr } = await run(process.execPath, ["hello.js"], sandbox.folder);
  assert.equal(code, 1);
  const told =
    /option engine: the package zeromq cannot be loaded \(Cannot find module 'zeromq'\); TX0MQ_ENGINE=zmtp does without it: npm install @tx0mq\/zmtp\n/;
  assert.match(stderr, told);
});
