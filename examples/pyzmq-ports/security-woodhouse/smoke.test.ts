import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { endsOn, Stage } from "@tx0mq/smoke";
import { curveKeyPair, type PullOptions, ZmqFactory, ZmqPullConnection } from "tx0mq";

describe("woodhouse", { concurrency: true }, () => {
  test("the right password, and then a wrong one", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const program = stage.start("woodhouse", ["--endpoint", await stage.tcp()]);
    await program.line(/^allowed "admin" from 127\.0\.0\.1$/);
    await program.line(/^the client got Hello$/);
    await program.line(/^denied "admin" from 127\.0\.0\.1: wrong user name or password$/);
    await program.line(/^Woodhouse test OK$/);
    assert.deepEqual(await program.exit(), { code: 0, signal: null });
    assert.deepEqual(program.errors, []);
  });

  test("without the password nobody gets anything; the server goes on, and tells no password", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const address = await stage.tcp();
    const account = ["--username", "ada", "--password", "löve"];
    const server = stage.start("woodhouse", [
      ...["--role", "server", "--endpoint", address, ...account],
    ]);
    await server.line(/^woodhouse listening on/);
    const client = async (): Promise<void> => {
      const args = ["--role", "client", "--endpoint", address, ...account];
      const program = stage.start("woodhouse", args);
      await program.line(/^the client got Hello$/);
      await program.exit();
    };
    await client();

    const denied = async (why = /^denied ".*" from 127\.0\.0\.1: wrong user name or password$/) => {
      await server.line(why);
      await server.line(/^a handshake failed: auth$/); // it is told so, before it goes
    };
    for (const [plainUsername, plainPassword] of [
      ["ada", "hate"],
      ["bob", "löve"],
      ["löve", "ada"],
      ["ada\nallowed", "löve"],
    ] as const) {
      assert.equal(await received(address, { plainUsername, plainPassword }, denied), "nothing");
    }
    const wrong = ["--role", "client", "--endpoint", address, "--password", "hate"];
    const refused = stage.start("woodhouse", wrong);
    await refused.line(/^the client is refused: auth$/);
    await denied();
    assert.deepEqual(await refused.exit(), { code: 1, signal: null }, "it would wait for ever");
    if (process.platform === "linux") {
      // All of 127/8 is this machine, and one address of it is allowed.
      const from = address.replace("tcp://", "tcp://127.0.0.9:0;");
      const elsewhere = /^denied .* from 127\.0\.0\.9: the address is not allowed$/;
      const right = { plainUsername: "ada", plainPassword: "löve" };
      assert.equal(await received(from, right, () => denied(elsewhere)), "nothing");
    }
    const failed = () => server.line(/^a handshake failed: (protocol|other)$/);
    assert.equal(await received(address, {}, failed), "nothing");
    const { publicKey, secretKey } = curveKeyPair();
    const curve = { curvePublicKey: publicKey, curveSecretKey: secretKey };
    assert.equal(
      await received(address, { ...curve, curveServerKey: publicKey }, failed),
      "nothing",
    );

    await client();
    await endsOn("SIGINT", server);
    assert.ok(!server.lines.some((line) => line.includes("hate")));
    assert.deepEqual(
      server.lines.filter((line) => line.startsWith("allowed")).map((line) => line.slice(0, 14)),
      ['allowed "ada" ', 'allowed "ada" '],
    );
  });
});

/** A client that is refused does not try again. */
const ONCE = { reconnectInterval: -1 };

/** What a client receives before something happens: its first message, or "nothing". */
async function received(
  address: string,
  options: PullOptions,
  happens: () => Promise<unknown>,
): Promise<string> {
  const factory = new ZmqFactory();
  const client = new ZmqPullConnection(factory, { connect: address }, { ...options, ...ONCE });
  const message = client.receive().then(String, () => "nothing");
  await happens();
  await factory.shutdown();
  return message;
}
