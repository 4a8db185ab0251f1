import assert from "node:assert/strict";
import { mkdir, mkdtemp, open, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { inspect } from "node:util";
import { curveKeyPair, ZmqArgumentError, ZmqCertificate, ZmqStateError } from "../index.js";
import { failure } from "../testing/stage.js";

const folder = await mkdtemp(join(tmpdir(), "tx0mq-"));
after(() => rm(folder, { recursive: true, force: true }));
const { publicKey, secretKey } = curveKeyPair();

test("a certificate is two files, and the secret one is its owner's alone", async () => {
  const metadata = { name: "Ada L.", note: 'says "hi" # often', path: "a = b" };
  const certificate = ZmqCertificate.create(metadata);
  const path = join(folder, "ada.key");
  assert.deepEqual(await certificate.save(path), [path, `${path}_secret`]);
  assert.equal((await stat(`${path}_secret`)).mode & 0o777, 0o600);
  assert.equal((await readFile(path, "utf8")).includes(certificate.secretKey), false);

  const secret = await ZmqCertificate.load(`${path}_secret`);
  assert.equal(secret.isSecret, true);
  assert.deepEqual(
    [secret.publicKey, secret.secretKey, secret.metadata],
    [certificate.publicKey, certificate.secretKey, metadata],
  );
  const open = await ZmqCertificate.load(path);
  assert.deepEqual([open.publicKey, open.metadata], [certificate.publicKey, metadata]);
  assert.equal(open.isSecret, false);
  assert.throws(() => open.secretKey, failure(ZmqStateError, /load the \.key_secret file/));

  const copy = join(folder, "copy.key");
  assert.deepEqual(await open.save(copy), [copy]);
  assert.equal((await ZmqCertificate.load(copy)).publicKey, certificate.publicKey);
});

test("nothing is overwritten, and no half pair is left", async () => {
  const path = join(folder, "bob.key");
  await ZmqCertificate.create().save(path);
  const before = [await readFile(path, "utf8"), await readFile(`${path}_secret`, "utf8")];
  await assert.rejects(ZmqCertificate.create().save(path), { code: "EEXIST" });
  await rm(`${path}_secret`);
  await assert.rejects(ZmqCertificate.create().save(path), { code: "EEXIST" });
  assert.equal(await readFile(path, "utf8"), before[0]);
  assert.equal((await readdir(folder)).includes("bob.key_secret"), false);
});

test("a full disk leaves no part of a file", async (t) => {
  const [path, probe] = [join(folder, "full.key"), join(folder, "probe")];
  const handle = await open(probe, "w");
  const FileHandle = Object.getPrototypeOf(handle);
  const { writeFile } = FileHandle;
  await handle.close();
  for (const secretFits of [false, true]) {
    let isSecret = true;
    t.mock.method(FileHandle, "writeFile", async function (this: typeof handle, text: string) {
      await writeFile.call(this, secretFits && isSecret ? text : text.slice(0, 99));
      if (!(secretFits && isSecret)) throw Object.assign(new Error("full"), { code: "ENOSPC" });
      isSecret = false;
    });
    await assert.rejects(ZmqCertificate.create().save(path), { code: "ENOSPC" });
    t.mock.restoreAll();
    assert.deepEqual(
      (await readdir(folder)).filter((name) => name.startsWith("full")),
      [],
    );
  }
  assert.equal((await ZmqCertificate.create().save(path)).length, 2);
});

test("a secret key is shown by nothing that prints a certificate", () => {
  const certificate = new ZmqCertificate(publicKey, secretKey);
  for (const shown of [
    inspect(certificate, { showHidden: true, depth: 9 }),
    JSON.stringify(certificate),
    String(certificate),
  ]) {
    assert(!shown.includes(secretKey));
  }
});

test("files as pyzmq and CZMQ write them", async () => {
  const pyzmq = `#   ****  Generated on 2026-01-02 03:04:05.678901 by pyzmq  ****
#   ZeroMQ CURVE **Secret** Certificate

metadata
    name = Ada L.
curve
    public-key = "${publicKey}"
    secret-key = "${secretKey}"
`;
  const czmq = `#   ****  Generated on 2026-01-02 03:04:05 by CZMQ  ****
metadata
    email = "ada@example.org"
    name = 'Ada "L."'   # a comment
curve
    public-key = "${publicKey}"
`;
  await writeFile(join(folder, "pyzmq.key_secret"), pyzmq);
  await writeFile(join(folder, "czmq.key"), czmq.replaceAll("\n", "\r\n"));
  const one = await ZmqCertificate.load(join(folder, "pyzmq.key_secret"));
  assert.deepEqual([one.publicKey, one.secretKey], [publicKey, secretKey]);
  assert.deepEqual(one.metadata, { name: "Ada L." });
  const other = await ZmqCertificate.load(join(folder, "czmq.key"));
  assert.deepEqual(other.metadata, { email: "ada@example.org", name: 'Ada "L."' });
  assert.equal(other.isSecret, false);
  await writeFile(join(folder, "bom.key"), `\ufeffcurve\n    public-key = "${publicKey}"\n`);
  assert.equal((await ZmqCertificate.load(join(folder, "bom.key"))).publicKey, publicKey);
});

test("what is no certificate is refused, without a word of it", async () => {
  const path = join(folder, "wrong.txt");
  for (const text of [
    "",
    `public-key = "${publicKey}"`,
    `metadata\n    public-key = "${publicKey}"\n`,
    `curve\n    secret-key = "${secretKey}"\n`,
    `curve\n    public-key = "${publicKey}"\n    secret-key = "${secretKey.slice(1)}"\n`,
    `curve\n    public-key = "${publicKey}x"\n`,
  ]) {
    await writeFile(path, text);
    await assert.rejects(ZmqCertificate.load(path), (error) => {
      failure(ZmqArgumentError, /is no certificate/)(error);
      assert(!inspect(error).includes(secretKey.slice(1)));
      return true;
    });
  }
  await assert.rejects(ZmqCertificate.load(join(folder, "absent.key")), { code: "ENOENT" });
  for (const metadata of [
    { "a b": "" },
    { "": "" },
    { name: "two\nlines" },
    { name: `both ' and "` },
  ]) {
    await assert.rejects(
      ZmqCertificate.create(metadata as Record<string, string>).save(join(folder, "no.key")),
      failure(ZmqArgumentError),
    );
  }
  assert.equal((await readdir(folder)).includes("no.key_secret"), false);
  assert.throws(() => new ZmqCertificate(publicKey.slice(1)), failure(ZmqArgumentError));
});

test("a folder's certificates are those whose names end in .key", async () => {
  const clients = await mkdtemp(join(folder, "clients-"));
  const [ada, bob] = [ZmqCertificate.create({ name: "Ada" }), ZmqCertificate.create()];
  await ada.save(join(clients, "ada.key"));
  await bob.save(join(clients, "bob.key"));
  await writeFile(join(clients, "README.md"), "The clients.");
  await mkdir(join(clients, "old.key"));
  const loaded = await ZmqCertificate.loadFolder(clients);
  assert.deepEqual(
    loaded.map((one) => [one.publicKey, one.isSecret]),
    [
      [ada.publicKey, false],
      [bob.publicKey, false],
    ],
  );
  await writeFile(join(clients, "eve.key"), "nothing");
  await assert.rejects(ZmqCertificate.loadFolder(clients), failure(ZmqArgumentError, /eve\.key/));
});
