import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import { endsOn, Stage } from "@tx0mq/smoke";
import { ZmqCertificate, ZmqDealerConnection } from "tx0mq";
import { clientCertificates, generateCertificates } from "../security-certificates/certificates.ts";
import {
  clientOptions,
  intruders,
  parted,
  received,
  recorded,
  replayed,
  stranded,
} from "../security-certificates/intruders.ts";

describe("ioloop-ironhouse", { concurrency: true }, () => {
  test("server and client in one program, which makes its certificates", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const certificates = join(stage.folder, "certificates");
    const program = stage.start("ioloop-ironhouse", [
      ...["--endpoint", await stage.tcp(), "--certificates", certificates],
    ]);
    await program.line(/^Ironhouse test OK$/);
    assert.deepEqual(await program.exit(), { code: 0, signal: null });
    assert.deepEqual(program.errors, []);
    const { own: client } = await clientCertificates(certificates);
    assert.ok(program.lines.includes(`allowed ${client.publicKey} from 127.0.0.1`));
  });

  test("who has no key that it knows gets nothing; the server goes on", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const address = await stage.tcp();
    const certificates = join(stage.folder, "certificates");
    await generateCertificates(certificates);
    const { own: client, server } = await clientCertificates(certificates);
    const clients = await parted(certificates);
    const house = stage.start("ioloop-ironhouse", [
      ...["--role", "server", "--endpoint", address, "--certificates", certificates],
    ]);
    await house.line(/^ioloop-ironhouse listening on/);
    const visit = async (at: string): Promise<void> => {
      const args = ["--role", "client", "--endpoint", at, "--certificates", clients];
      const program = stage.start("ioloop-ironhouse", args);
      await program.line(/test OK$/);
      await program.exit();
      await house.line(/^allowed /);
    };
    const said = await recorded(address, visit);

    const failed = () => house.line(/^a handshake failed: (protocol|other)$/);
    for (const [what, options] of Object.entries(intruders(server, client))) {
      assert.equal(await received(ZmqDealerConnection, address, options, failed), "nothing", what);
    }
    for (const bytes of Object.values(said)) {
      assert.ok(bytes.includes("CURVE"));
      assert.ok(!bytes.includes("Hello"), "what is sent is encrypted");
    }
    assert.ok(!(await replayed(address, said.byClient)).includes("Hello"));
    await failed();

    const stranger = clientOptions(server, ZmqCertificate.create());
    const denied = (why: RegExp) => async () => {
      await house.line(why);
      await house.line(/^a handshake failed: auth$/); // it is told so, before it goes
    };
    const unknown = denied(/^denied \S{40} from 127\.0\.0\.1: the key is not known$/);
    assert.equal(await received(ZmqDealerConnection, address, stranger, unknown), "nothing");
    if (process.platform === "linux") {
      // All of 127/8 is this machine, and one address of it is allowed.
      const from = address.replace("tcp://", "tcp://127.0.0.9:0;");
      const elsewhere = denied(/^denied .* from 127\.0\.0\.9: the address is not allowed$/);
      const options = clientOptions(server, client);
      assert.equal(await received(ZmqDealerConnection, from, options, elsewhere), "nothing");
    }
    await visit(address);
    const allowed = house.lines.filter((line) => line.startsWith("allowed "));
    assert.deepEqual(
      allowed.map((line) => line.split(" ")[1]),
      [client.publicKey, client.publicKey],
    );

    const lone = ["--role", "client", "--endpoint", address, "--certificates"];
    await stranded(certificates, (folder) => stage.start("ioloop-ironhouse", [...lone, folder]));
    await endsOn("SIGINT", house);
  });
});
