import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { endsOn, Stage } from "@tx0mq/smoke";
import { type PullOptions, ZmqFactory, ZmqPullConnection } from "tx0mq";

const LIMIT = { timeout: 60_000 }; // for what never comes

/** On Linux all of 127/8 is this machine, and a client can say which it comes from. */
const LINUX = process.platform === "linux";

describe("strawhouse", { concurrency: true }, () => {
  test("an address that is allowed, and is then denied", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const program = stage.start("strawhouse", ["--endpoint", await stage.tcp()]);
    await program.line(/^allowed 127\.0\.0\.1$/);
    await program.line(/^the client got Hello$/);
    await program.line(/^denied 127\.0\.0\.1: the address is denied$/);
    await program.line(/^Strawhouse test OK$/);
    assert.deepEqual(await program.exit(), { code: 0, signal: null });
    assert.deepEqual(program.errors, []);
  });

  test("who comes from elsewhere, or is denied, gets nothing; the server goes on", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const address = await stage.tcp();
    const server = stage.start("strawhouse", [
      ...["--role", "server", "--endpoint", address],
      ...["--allow", "127.0.0.0/29", "--deny", "127.0.0.4/31"],
    ]);
    await server.line(/^strawhouse listening on/);
    const client = async (): Promise<void> => {
      const program = stage.start("strawhouse", ["--role", "client", "--endpoint", address]);
      await program.line(/^the client got Hello$/);
      await program.exit();
    };
    await client();

    if (LINUX) {
      const from = (ip: string) => address.replace("tcp://", `tcp://${ip}:0;`);
      const denied = (ip: string, reason: string) => async () => {
        const line = `^denied ${ip.replaceAll(".", "\\.")}: the address is ${reason}$`;
        await server.line(new RegExp(line));
        await server.line(/^a handshake failed: auth$/); // it is told so, before it goes
      };
      for (const [ip, reason] of [
        ["127.0.0.9", "not allowed"],
        ["127.0.0.4", "denied"],
        ["127.0.0.5", "denied"],
      ] as const) {
        assert.equal(await received(from(ip), {}, denied(ip, reason)), "nothing");
      }
      const args = ["--role", "client", "--endpoint", from("127.0.0.9")];
      const refused = stage.start("strawhouse", args);
      await refused.line(/^the client is refused: auth$/);
      assert.deepEqual(await refused.exit(), { code: 1, signal: null }, "it would wait for ever");
      const allowed = () => server.line(/^allowed 127\.0\.0\.6$/);
      const greeted = new ZmqFactory();
      const six = new ZmqPullConnection(greeted, { connect: from("127.0.0.6") });
      await allowed();
      assert.equal(String(await six.receive(LIMIT)), "Hello");
      await greeted.shutdown();
    }
    const plain = { plainUsername: "admin", plainPassword: "secret" };
    const failed = () => server.line(/^a handshake failed: (protocol|other)$/);
    assert.equal(await received(address, plain, failed), "nothing");

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
