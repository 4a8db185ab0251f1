import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { endsOn, Stage } from "@tx0mq/smoke";
import { curveKeyPair, type PullOptions, ZmqFactory, ZmqPullConnection } from "tx0mq";

describe("grasslands", { concurrency: true }, () => {
  test("server and client in one program", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const program = stage.start("grasslands", ["--endpoint", await stage.tcp()]);
    await program.line(/^Grasslands test OK$/);
    assert.deepEqual(await program.exit(), { code: 0, signal: null });
    assert.deepEqual(program.errors, []);
  });

  test("whoever speaks without a mechanism gets in, and nobody else; the server goes on", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const address = await stage.tcp();
    const server = stage.start("grasslands", ["--role", "server", "--endpoint", address]);
    await server.line(/^grasslands listening on/);
    const client = (): Promise<unknown> =>
      stage.start("grasslands", ["--role", "client", "--endpoint", address]).line(/test OK$/);
    await client();

    const failed = () => server.line(/^a handshake failed: (protocol|other)$/);
    const plain = { plainUsername: "admin", plainPassword: "secret" };
    assert.equal(await received(address, plain, failed), "nothing");
    const { publicKey, secretKey } = curveKeyPair();
    const curve = { curvePublicKey: publicKey, curveSecretKey: secretKey };
    assert.equal(
      await received(address, { ...curve, curveServerKey: publicKey }, failed),
      "nothing",
    );

    await client();
    await endsOn("SIGINT", server);
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
