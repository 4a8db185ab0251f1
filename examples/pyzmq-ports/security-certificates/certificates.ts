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

/** What a server has: its own certificate, and the public ones of those whom it knows. */
export interface ServerCertificates {
  readonly own: ZmqCertificate;
  readonly known: readonly ZmqCertificate[];
}

/** Loads what a server has. Where there are no certificates, they are made first. */
export async function serverCertificates(folder: string): Promise<ServerCertificates> {
  if (!existsSync(folder)) await generateCertificates(folder);
  const own = await ZmqCertificate.load(join(folder, "private_keys/server.key_secret"));
  return { own, known: await ZmqCertificate.loadFolder(join(folder, "public_keys")) };
}

/** What a client has: its own certificate, and the public one of the server. */
export interface ClientCertificates {
  readonly own: ZmqCertificate;
  readonly server: ZmqCertificate;
}

/** Loads what a client has. Where there are no certificates, they are made first, and it says so. */
export async function clientCertificates(folder: string): Promise<ClientCertificates> {
  if (!existsSync(folder)) {
    await generateCertificates(folder);
    console.log(
      `${folder} is new: for a server elsewhere, put its server.key into ${folder}/public_keys`,
    );
  }
  const own = await ZmqCertificate.load(join(folder, "private_keys/client.key_secret"));
  return { own, server: await ZmqCertificate.load(join(folder, "public_keys/server.key")) };
}
