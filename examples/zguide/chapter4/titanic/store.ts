// What Titanic keeps on disk. A request is a file UUID.req, until its reply is there, as UUID.rep. A line of
// a file is a frame, in base64.

import { randomUUID } from "node:crypto";
import { renameSync } from "node:fs";
import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { Message } from "tx0mq";

const UUID = /^[0-9A-Za-z]{32}$/; // what RFC 9 takes; ours are of 0 to 9 and a to f
const FILE = /^([0-9a-f]{32})\.(req|rep)(\.draft)?$/;

/**
 * Requests and their replies, in a folder that one process at a time has.
 *
 * What a method has done when its promise resolves outlives a crash of the process, and of the machine. A
 * file gets its name when it is all there, so a crash leaves a request or a reply whole, or not at all.
 */
export class Store {
  readonly #folder: string;
  readonly #pending = new Map<string, string>();

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Opens a folder, with what is in it; makes it if there is none. */
  static async open(folder: string): Promise<Store> {
    let made = resolve(folder);
    const first = (await mkdir(made, { recursive: true })) ?? made;
    // A folder's name is kept in the one above: flushed there for each folder that is new, it outlives a crash.
    for (; made !== dirname(first); made = dirname(made)) await flush(dirname(made));
    const store = new Store(folder);
    const files = new Set(await readdir(folder));
    for (const file of files) {
      const [, uuid = "", kind, draft] = FILE.exec(file) ?? [];
      const left = draft !== undefined || (kind === "req" && files.has(`${uuid}.rep`));
      if (left) await rm(join(folder, file));
      else if (kind === "req") store.#await(uuid, (await store.request(uuid)) as Message);
    }
    return store;
  }

  /** The requests that have no reply yet, by their UUIDs: the service that each is for. */
  get pending(): ReadonlyMap<string, string> {
    return this.#pending;
  }

  /** Keeps a request. @returns its UUID: 32 hexadecimal digits, not to be guessed */
  async add(request: Message): Promise<string> {
    const uuid = randomUUID().replaceAll("-", "");
    const file = this.#file(uuid, "req");
    await rename(await write(`${file}.draft`, request), file);
    await flush(this.#folder);
    this.#await(uuid, request);
    return uuid;
  }

  /** A request; undefined if there is none with this UUID. */
  request(uuid: string): Promise<Message | undefined> {
    return this.#read(uuid, "req");
  }

  /** Keeps the reply in place of the request, unless that was closed meanwhile. */
  async answer(uuid: string, reply: Message): Promise<void> {
    const file = this.#file(uuid, "rep");
    const draft = await write(`${file}.draft`, reply);
    if (!this.#pending.has(uuid)) return rm(draft);
    renameSync(draft, file); // at once, so that no close comes in between
    await flush(this.#folder);
    await rm(this.#file(uuid, "req"), { force: true });
    this.#pending.delete(uuid);
  }

  /** Puts a request behind all others, if it is pending. */
  postpone(uuid: string): void {
    const service = this.#pending.get(uuid);
    if (service === undefined) return;
    this.#pending.delete(uuid);
    this.#pending.set(uuid, service);
  }

  /** A reply; undefined if there is none, or no such UUID. */
  reply(uuid: string): Promise<Message | undefined> {
    return this.#read(uuid, "rep");
  }

  /** Forgets a request and its reply, if there are any. @returns false if the text is no UUID */
  async close(uuid: string): Promise<boolean> {
    if (!UUID.test(uuid)) return false;
    this.#pending.delete(uuid);
    await rm(this.#file(uuid, "req"), { force: true });
    await rm(this.#file(uuid, "rep"), { force: true });
    await flush(this.#folder);
    return true;
  }

  #await(uuid: string, [service]: Message): void {
    this.#pending.set(uuid, String(service));
  }

  #file(uuid: string, kind: "req" | "rep"): string {
    return join(this.#folder, `${uuid}.${kind}`);
  }

  async #read(uuid: string, kind: "req" | "rep"): Promise<Message | undefined> {
    if (!UUID.test(uuid)) return undefined; // so that no text names a file outside the folder
    try {
      const text = await readFile(this.#file(uuid, kind), "latin1");
      return text.split("\n").map((line) => Buffer.from(line, "base64")) as Message;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
  }
}

async function write(path: string, message: Message): Promise<string> {
  const file = await open(path, "wx");
  try {
    await file.writeFile(message.map((frame) => frame.toString("base64")).join("\n"));
    await file.sync();
  } catch (error) {
    await rm(path, { force: true }); // the disk is full, perhaps
    throw error;
  } finally {
    await file.close();
  }
  return path;
}

/** Has the names of files in a folder reach the disk. */
async function flush(folder: string): Promise<void> {
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
