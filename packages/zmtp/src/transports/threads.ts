import { createHash } from "node:crypto";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmdirSync,
  rmSync,
  unlinkSync,
} from "node:fs";
import * as net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isMainThread } from "node:worker_threads";
import { failure } from "./failure.js";
import { ipc } from "./ipc.js";
import { BACKLOG, listenAtPath, startServer } from "./server.js";
import { SocketStream } from "./socket-stream.js";
import type { Listener, ListenerSink, Transport } from "./transport.js";

/** The longest name of a folder, in bytes, that leaves room for a socket's name: a Unix socket's path is short. */
const FOLDER_LIMIT = 80;
/** How often to make the folder, if another thread removes it at the same time. */
const TRIES = 10;
/** By how many ms a file of this process may look older than the process. */
const CLOCK = 2000;

/**
 * Names that all threads of this process share: places are names of inproc, of any length. Each name has a Unix
 * socket, in a folder that only this user can look into. The folder is there as long as a thread listens.
 */
export const threads: Transport = {
  listen(place, _options, sink) {
    return new ThreadListener(place, sink);
  },
  connect(place, options, sink) {
    return ipc.connect(fileOf(place), options, sink);
  },
};

/** Whether a thread of this process listens at a name. */
export function isListenedAt(name: string): boolean {
  return existsSync(fileOf(name));
}

// The folder ------------------------------------------------------------------------------------

let known: string | undefined;

/** The folder. All threads of the process find the same one, and no other process does. */
function folder(): string {
  known ??= findFolder();
  return known;
}

function findFolder(): string {
  const name = `tx0mq-${process.getuid?.() ?? 0}-${process.pid}${birth()}`;
  const place = join(tmpdir(), name);
  return Buffer.byteLength(place) > FOLDER_LIMIT ? join("/tmp", name) : place;
}

/** Tells this process from others that have or had its number; empty if the system cannot. */
function birth(): string {
  try {
    // The 22nd field is when the process began, in clock ticks since the boot. The second field may have spaces in it.
    const stat = readFileSync("/proc/self/stat", "latin1");
    const began = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
    return `-${digest(`${began} ${readlinkSync("/proc/self/ns/pid")}`).slice(0, 8)}`;
  } catch {
    return "";
  }
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}

function fileOf(name: string): string {
  return join(folder(), digest(name).slice(0, 16));
}

/** @throws an Error with the code `"EACCES"` if others may look into the folder */
function makeFolder(): void {
  try {
    mkdirSync(folder(), { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    const found = lstatSync(folder(), { throwIfNoEntry: false });
    if (found === undefined) return; // another thread has just removed it
    const isOurs = found.isDirectory() && found.uid === process.getuid?.();
    if (!isOurs || (found.mode & 0o77) !== 0) {
      throw failure("EACCES", `${folder()} is not this user's alone`);
    }
  }
}

/** Removes the folder if no thread listens in it. */
function leaveFolder(): void {
  try {
    rmdirSync(folder());
  } catch {
    // Another thread listens.
  }
}

/** If only the number tells processes' folders apart: removes a file that a killed process has left. */
function removeStale(file: string): void {
  if (birth() !== "") return;
  const began = Date.now() - process.uptime() * 1000;
  const found = lstatSync(file, { throwIfNoEntry: false });
  if (found !== undefined && found.birthtimeMs + CLOCK < began) unlinkSync(file);
}

// Listening -------------------------------------------------------------------------------------

/** The listeners of this thread. */
const listeners = new Set<ThreadListener>();

let leaving = false;

/** Makes this thread remove its files when it ends by itself, and the main thread those of all threads. */
export function leaveAtExit(): void {
  if (leaving) return;
  leaving = true;
  process.on("exit", () => {
    for (const listener of listeners) void listener.close();
    // No thread lives longer than the main thread.
    if (isMainThread) rmSync(folder(), { recursive: true, force: true });
  });
}

class ThreadListener implements Listener {
  readonly address: string;
  readonly #server: net.Server;

  constructor(name: string, sink: ListenerSink) {
    this.address = `inproc://${name}`;
    const accepted = (socket: net.Socket) =>
      sink.accepted(new SocketStream(socket, this.address, ""));
    this.#server = net.createServer(accepted);
    const file = fileOf(name);
    startServer(this.#server, sink, () => listenInFolder(this.#server, file));
    listeners.add(this);
  }

  close(): Promise<void> {
    if (!listeners.delete(this)) return Promise.resolve();
    // The handle is closed at once, and libuv removes the file.
    this.#server.close();
    leaveFolder();
    return Promise.resolve();
  }
}

function listenInFolder(server: net.Server, file: string): void {
  for (let n = 1; ; n += 1) {
    makeFolder();
    removeStale(file);
    try {
      listenAtPath(server, file, BACKLOG);
      return;
    } catch (error) {
      if (n === TRIES || existsSync(folder())) throw error;
    }
  }
}
