import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import { endsOn, Stage } from "@tx0mq/smoke";
import { ZmqCertificate, ZmqPullConnection } from "tx0mq";
import { clientCertificates, generateCertificates } from "../security-certificates/certificates.ts";
import {
  clientOptions,
  intruders,
  parted,
  received,
  recorded,
  replayed,
} from "../security-certificates/intruders.ts";

describe("stonehouse", { concurrency: true }, () => {
  test("server and client in one program, which makes its certificates", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const certificates = join(stage.folder, "certificates");
    const program = stage.start("stonehouse", [
      ...["--endpoint", await stage.tcp(), "--certificates", certificates],
    ]);
    await program.line(/^Stonehouse test OK$/);
    assert.deepEqual(await program.exit(), { code: 0, signal: null });
    assert.deepEqual(program.errors, []);
    const { own: client } = await clientCertificates(certificates);
    assert.ok(program.lines.includes(`allowed ${client.publicKey} from 127.0.0.1`));
  });

  test("whoever knows the server's key gets in, and nobody else; the server goes on", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const address = await stage.tcp();
    const certificates = join(stage.folder, "certificates");
    await generateCertificates(certificates);
    const { own: client, server } = await clientCertificates(certificates);
    const clients = await parted(certificates);
    const house = stage.start("stonehouse", [
      ...["--role", "server", "--endpoint", address, "--certificates", certificates],
    ]);
    await house.line(/^stonehouse listening on/);
    const visit = async (at: string): Promise<void> => {
      const args = ["--role", "client", "--endpoint", at, "--certificates", clients];
      const program = stage.start("stonehouse", args);
      await program.line(/test OK$/);
      await program.exit();
      await house.line(/^allowed /);
    };
    const said = await recorded(address, visit);

    const failed = () => house.line(/^a handshake failed: (protocol|other)$/);
    for (const [what, options] of Object.entries(intruders(server, client))) {
      assert.equal(await received(ZmqPullConnection, address, options, failed), "nothing", what);
    }
    for (const bytes of Object.values(said)) {
      assert.ok(bytes.includes("CURVE"));
      assert.ok(!bytes.includes("Hello"), "what is sent is encrypted");
    }
    assert.ok(!(await replayed(address, said.byClient)).includes("Hello"));
    await failed();

    const stranger = ZmqCertificate.create();
    const options = clientOptions(server, stranger);
    assert.equal(
      await received(ZmqPullConnection, address, options, (message) => message),
      "Hello",
    );
    await visit(address);
    const allowed = house.lines.filter((line) => line.startsWith("allowed "));
    assert.deepEqual(
      allowed.map((line) => line.split(" ")[1]),
      [client.publicKey, stranger.publicKey, client.publicKey],
    );

    if (process.platform === "linux") {
      // All of 127/8 is this machine, and one address of it is allowed.
      const elsewhere = address.replace("tcp://", "tcp://127.0.0.9:0;");
      const args = ["--role", "client", "--endpoint", elsewhere, "--certificates", clients];
      const refused = stage.start("stonehouse", args);
      await refused.line(/^the client is refused: auth$/);
      await house.line(/^denied .* from 127\.0\.0\.9: the address is not allowed$/);
      assert.deepEqual(await refused.exit(), { code: 1, signal: null }, "it would wait for ever");
    }
    await endsOn("SIGINT", house);
  });
});
