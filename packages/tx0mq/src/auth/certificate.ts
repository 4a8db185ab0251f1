import { open, readdir, readFile, unlink } from "node:fs/promises";
import { join } from "node:path";
import { fromCaller, ZmqArgumentError, ZmqStateError } from "../errors.js";
import { curveKeyPair } from "./key-pair.js";
import { keyBytes } from "./z85.js";

/** The end of the name of a secret file, as in CZMQ and pyzmq. */
const SECRET = "_secret";
const PUBLIC_ONLY = 0o644;
const OWNER_ONLY = 0o600;

/**
 * A pair of CURVE keys, or only a public key, and metadata of their owner: the contents of a `.key` file,
 * which is public, or of a `.key_secret` file. pyzmq and CZMQ read and write the same files.
 *
 * ```ts
 * await ZmqCertificate.create({ name: "Ada" }).save("keys/ada.key"); // and keys/ada.key_secret
 * ```
 *
 * No text of a certificate has the secret key in it: not that of `console.log`, not the JSON.
 */
export class ZmqCertificate {
  /** 40 characters of Z85. */
  readonly publicKey: string;
  /** Names and values, as they stand in the file. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly #secretKey: string | undefined;

  /** @throws {ZmqArgumentError} for a value that is no key */
  constructor(
    publicKey: string,
    secretKey?: string,
    metadata: Readonly<Record<string, string>> = {},
  ) {
    keyBytes(publicKey);
    if (secretKey !== undefined) keyBytes(secretKey);
    this.publicKey = publicKey;
    this.#secretKey = secretKey;
    this.metadata = { ...metadata };
  }

  /** A certificate with a new pair of keys. */
  static create(metadata?: Readonly<Record<string, string>>): ZmqCertificate {
    const { publicKey, secretKey } = curveKeyPair();
    return new ZmqCertificate(publicKey, secretKey, metadata);
  }

  /**
   * Reads a file, public or secret.
   *
   * @throws {ZmqArgumentError} if it is no certificate; Node's error if it cannot be read
   */
  static async load(path: string): Promise<ZmqCertificate> {
    const sections = parse(await readFile(path, "utf8"));
    const publicKey = sections.get("curve")?.get("public-key");
    const secretKey = sections.get("curve")?.get("secret-key");
    const metadata = Object.fromEntries(sections.get("metadata") ?? []);
    try {
      return new ZmqCertificate(publicKey ?? "", secretKey, metadata);
    } catch {
      const error = new ZmqArgumentError(
        `${path} is no certificate: its section "curve" wants a public-key of 40 characters of Z85, and likewise a secret-key where there is one`,
      );
      throw fromCaller(error, ZmqCertificate.load);
    }
  }

  /**
   * Reads all files of a folder whose names end in `.key`, for `ZmqAuthenticator.configureCurve`.
   *
   * @throws as `load`
   */
  static async loadFolder(folder: string): Promise<ZmqCertificate[]> {
    const entries = await readdir(folder, { withFileTypes: true });
    const files = entries.filter((one) => one.name.endsWith(".key") && !one.isDirectory());
    const names = files.map(({ name }) => name).sort();
    try {
      return await Promise.all(names.map((name) => ZmqCertificate.load(join(folder, name))));
    } catch (error) {
      throw fromCaller(error, ZmqCertificate.loadFolder);
    }
  }

  /** Whether it has the secret key. */
  get isSecret(): boolean {
    return this.#secretKey !== undefined;
  }

  /** 40 characters of Z85. @throws {ZmqStateError} if there is none: it came from a public file */
  get secretKey(): string {
    if (this.#secretKey !== undefined) return this.#secretKey;
    throw new ZmqStateError(
      `the certificate of ${this.publicKey} has no secret key: load the .key_secret file`,
    );
  }

  /**
   * Writes the public file. If there is a secret key, writes also the file with `_secret` behind the name, which
   * only its owner can read. It does not overwrite a file that is there already.
   *
   * @param path of the public file, as `keys/ada.key`
   * @returns the paths of the written files
   * @throws {ZmqArgumentError} for metadata that the format cannot hold; Node's error (EEXIST, ENOENT)
   */
  async save(path: string): Promise<string[]> {
    const metadata = this.#entries();
    const keys = [entry("public-key", this.publicKey)];
    const write = (to: string, banner: string, mode: number): Promise<void> => {
      const lines = [`# ${banner}`, "", "metadata", ...metadata, "curve", ...keys, ""];
      return writeNew(to, lines.join("\n"), mode);
    };
    const banner = `ZeroMQ CURVE public certificate, made on ${new Date().toISOString()}`;
    if (this.#secretKey === undefined) {
      await write(path, banner, PUBLIC_ONLY);
      return [path];
    }
    const secretPath = path + SECRET;
    keys.push(entry("secret-key", this.#secretKey));
    await write(secretPath, "ZeroMQ CURVE SECRET certificate: show it to nobody", OWNER_ONLY);
    keys.pop();
    try {
      await write(path, banner, PUBLIC_ONLY);
    } catch (error) {
      await unlink(secretPath); // half a pair would be in the way of the next one
      throw error;
    }
    return [path, secretPath];
  }

  #entries(): string[] {
    try {
      return Object.entries(this.metadata).map(([name, value]) => entry(name, value));
    } catch (error) {
      throw fromCaller(error, this.save);
    }
  }

  toString(): string {
    return `certificate of ${this.publicKey}`;
  }
}

/** Writes a new file, or none: a part of one, as on a full disk, would be in the way of the next one. */
async function writeNew(path: string, text: string, mode: number): Promise<void> {
  const file = await open(path, "wx", mode);
  try {
    await file.writeFile(text);
  } catch (error) {
    await unlink(path);
    throw error;
  } finally {
    await file.close();
  }
}

/** A line of a section, in ZPL (RFC 4). */
function entry(name: string, value: string): string {
  if (!/^[\w$\-@.&+]+$/.test(name)) {
    throw new ZmqArgumentError(`${JSON.stringify(name)} is no name for metadata of a certificate`);
  }
  const quote = value.includes('"') ? "'" : '"';
  if (/\p{Cc}/u.test(value) || value.includes(quote)) {
    throw new ZmqArgumentError(
      `the metadata ${name} of a certificate is one line, without one of the two quotes`,
    );
  }
  return `    ${name} = ${quote}${value}${quote}`;
}

/** The sections of a text in ZPL, with their entries. Values may have quotes, and do in CZMQ's files. */
function parse(text: string): Map<string, Map<string, string>> {
  const sections = new Map<string, Map<string, string>>();
  let section = new Map<string, string>();
  for (const line of text.replace(/^\ufeff/, "").split(/\r?\n/)) {
    const [, indent, name, rest] = /^(\s*)([\w$\-@.&+/]+)\s*(?:=\s*(.*))?$/.exec(line) ?? [];
    if (name === undefined) continue;
    if (indent === "") {
      section = sections.get(name) ?? new Map();
      sections.set(name, section);
    } else if (rest !== undefined) {
      const [, double, single, bare] = /^(?:"([^"]*)"|'([^']*)'|([^#]*))/.exec(rest) ?? [];
      section.set(name, double ?? single ?? bare?.trim() ?? "");
    }
  }
  return sections;
}
