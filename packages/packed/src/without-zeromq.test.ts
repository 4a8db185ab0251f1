import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { run, Sandbox } from "./sandbox.ts";

const sandbox = new Sandbox();
const HELLO = `import { ZmqCertificate, ZmqFactory, ZmqRepConnection, ZmqReqConnection } from "tx0mq";

const { publicKey, secretKey } = ZmqCertificate.create();
const factory = new ZmqFactory();
const server = { curveServer: true, curveSecretKey: secretKey, zapEnforceDomain: false };
const rep = new ZmqRepConnection(factory, { bind: "tcp://127.0.0.1:*" }, server);
rep.on("message", ([request]) => rep.send(\`\${request}, World\`));
const client = { curvePublicKey: publicKey, curveSecretKey: secretKey, curveServerKey: publicKey };
const req = new ZmqReqConnection(factory, { connect: rep.address }, client);
await req.send("Hello");
console.log(String(await req.receive()));
await factory.shutdown();
`;

before(async () => {
  await sandbox.install({ tx0mq: "*", "@tx0mq/zmtp": "*" }, "--omit=optional");
  assert.equal(existsSync(join(sandbox.folder, "node_modules/zeromq")), false);
});
after(() => sandbox.remove());

/** Runs a program where nothing native is installed. */
function program(name: string, content: string, engine = "") {
  sandbox.write(name, content);
  const args = [`TX0MQ_ENGINE=${engine}`, process.execPath, name];
  return run("env", args, sandbox.folder);
}

test("the engine in TypeScript is all it takes", async () => {
  const { code, stdout, stderr } = await program("hello.js", HELLO, "zmtp");
  assert.deepEqual([code, stdout, stderr], [0, "Hello, World\n", ""]);
});

test("and so it is as the option of a factory", async () => {
  const own = HELLO.replace("ZmqFactory()", "ZmqFactory({ engine: zmtp })");
  const its = `import { zmtp } from "@tx0mq/zmtp";\n${own}`;
  const { code, stdout, stderr } = await program("own.js", its);
  assert.deepEqual([code, stdout, stderr], [0, "Hello, World\n", ""]);
});

test("its version and what it has are told", async () => {
  const told =
    'import * as zmq from "tx0mq";\nconsole.log(zmq.zmqVersion(), zmq.zmqHas("curve"));\n';
  const { stdout } = await program("told.js", told, "zmtp");
  assert.match(stdout, /^4\.\d+\.\d+ true\n$/);
});

test("without any engine, one line says what to do", async () => {
  const { code, stderr } = await program("none.js", HELLO);
  assert.equal(code, 1);
  assert.match(
    stderr,
    /option engine: the package zeromq cannot be loaded \(Cannot find module 'zeromq'\); TX0MQ_ENGINE=zmtp does without it: npm install @tx0mq\/zmtp\n/,
  );
});
