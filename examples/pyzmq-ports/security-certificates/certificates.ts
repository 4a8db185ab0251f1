// The certificates of the houses: makes them, and loads them.

import { constants, existsSync } from "node:fs";
import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { ZmqCertificate } from "tx0mq";

/**
 * Makes certificates for a server and a client in a new folder: secret ones in `private_keys`, and what may be
 * given away in `public_keys`.
 *
 * @returns the paths of what was written
 * @throws what Node throws where the folder is there already (EEXIST)
 */
export async function generateCertificates(folder: string): Promise<string[]> {
  const [publicKeys, privateKeys] = [join(folder, "public_keys"), join(folder, "private_keys")];
  await mkdir(folder);
  await mkdir(publicKeys);
  await mkdir(privateKeys, { mode: 0o700 });
  const written: string[] = [];
  for (const name of ["server", "client"]) {
    const own = join(privateKeys, `${name}.key`);
    const toGive = join(publicKeys, `${name}.key`);
    written.push(...(await ZmqCertificate.create({ name }).save(own)), toGive);
    await copyFile(own, toGive, constants.COPYFILE_EXCL);
  }
  return written;
}

/** Loads them: the two secret ones, and the public ones of all. Where there are none, they are made first. */
export async function loadCertificates(folder: string) {
  if (!existsSync(folder)) await generateCertificates(folder);
  const [server, client] = await Promise.all(
    ["server", "client"].map((name) =>
      ZmqCertificate.load(join(folder, "private_keys", `${name}.key_secret`)),
    ),
  );
  const known = await ZmqCertificate.loadFolder(join(folder, "public_keys"));
  return { server: server as ZmqCertificate, client: client as ZmqCertificate, known };
}
