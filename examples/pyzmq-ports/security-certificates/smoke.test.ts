import assert from "node:assert/strict";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { refuses, Stage } from "@tx0mq/smoke";
import { ZmqCertificate } from "tx0mq";

const Z85 = "[0-9A-Za-z.\\-:+=^!/*?&<>()[\\]{}@%$#]{40}";

test("files as pyzmq and CZMQ have them, the secret ones for the owner alone, and never overwritten", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const folder = join(stage.folder, "keys");
  const program = stage.start("generate-certificates", [folder]);
  assert.deepEqual(await program.exit(), { code: 0, signal: null });
  assert.deepEqual(await readdir(join(folder, "public_keys")), ["client.key", "server.key"]);
  assert.equal((await stat(join(folder, "private_keys"))).mode & 0o777, 0o700);
  const before = new Map<string, string>();
  for (const path of program.lines) before.set(path, await readFile(path, "utf8"));
  assert.equal(before.size, 6);

  for (const [path, text] of before) {
    const isSecret = path.endsWith(".key_secret");
    const { mode } = await stat(path);
    assert.equal(mode & 0o077, isSecret ? 0 : mode & 0o044, path);
    assert.equal(/secret-key/.test(text), isSecret, path);
    // A section at the margin, and what is in it four spaces further right (RFC 4).
    assert.match(text, new RegExp(`^curve\n {4}public-key = "${Z85}"$`, "m"));
    assert.match(text, /^(#.*)?$/m);
    for (const line of text.split("\n")) assert.match(line, /^(#.*|\w+| {4}[\w-]+ = ".*"|)$/);
  }
  for (const name of ["server", "client"]) {
    const secret = await ZmqCertificate.load(join(folder, "private_keys", `${name}.key_secret`));
    const open = await ZmqCertificate.load(join(folder, "public_keys", `${name}.key`));
    assert.equal(secret.publicKey, open.publicKey);
    assert.deepEqual([secret.isSecret, open.isSecret], [true, false]);
    assert.deepEqual(open.metadata, { name });
  }

  await refuses(stage.start("generate-certificates", [folder]), /nothing is overwritten/, 1);
  for (const [path, text] of before) assert.equal(await readFile(path, "utf8"), text);
});
