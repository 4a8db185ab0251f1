import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  rmdirSync,
  rmSync,
  unlinkSync,
} from "node:fs";
import * as net from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { failure } from "./failure.js";
import { accept, BACKLOG, listenAtPath, startServer } from "./server.js";
import { Reader, SocketStream } from "./socket-stream.js";
import type {
  Attempt,
  AttemptSink,
  Listener,
  ListenerSink,
  Stream,
  Transport,
  TransportOptions,
} from "./transport.js";

/** The longest path that fits into sockaddr_un, without the terminating NUL, in bytes. */
const PATH_LIMIT = process.platform === "linux" ? 107 : 103;
/** A socket that listens (SO_ACCEPTCON), in /proc/net/unix: number, references, protocol, flags, type, state, inode, path. */
const LISTENER = /^\S+: \S+ \S+ 00010000 \S+ \S+ +\d+ (\/.*)$/gm;
/** The files at which this process listens. */
const ours = new Set<string>();

/**
 * Unix sockets. A place is a path, `@name` for an abstract name of Linux, or `*` to listen at a new path in
 * the folder for temporary files.
 *
 * Node 20 fills abstract names up with NULs; Node 22 and libzmq do not. So a process on Node 20 meets only others on
 * Node 20 at them. Node does not tell who the peer is, so that ZAP gets no address.
 */
export const ipc: Transport = {
  listen(place, options, sink) {
    return new IpcListener(place, options, sink);
  },
  connect(place, _options, sink) {
    return new IpcAttempt(place, sink);
  },
};

/** The path of a place, as node:net takes it. */
function pathOf(place: string): string {
  if (Buffer.byteLength(place) > PATH_LIMIT) {
    throw failure("ENAMETOOLONG", `the path of a Unix socket has ${PATH_LIMIT} bytes at most`);
  }
  if (place === "" || place === "@" || place.includes("\0")) {
    throw failure("EINVAL", `${JSON.stringify(place)} is no path`);
  }
  return place.startsWith("@") ? `\0${place.slice(1)}` : place;
}

function streamsOf(place: string): (socket: net.Socket, reader?: Reader) => Stream {
  const address = `ipc://${place}`;
  return (socket, reader) => new SocketStream(socket, address, "", reader);
}

// Listening -------------------------------------------------------------------------------------

class IpcListener implements Listener {
  readonly address: string;
  readonly #server: net.Server;
  /** The file, with its whole path; undefined for an abstract name. */
  readonly #file: string | undefined;
  /** The folder that was made for it. */
  readonly #folder: string | undefined;

  constructor(givenPlace: string, { backlog = BACKLOG }: TransportOptions, sink: ListenerSink) {
    let place = givenPlace;
    if (place === "*") {
      this.#folder = mkdtempSync(join(tmpdir(), "tx0mq-"));
      place = join(this.#folder, "socket");
    }
    try {
      const path = pathOf(place);
      this.#file = path.startsWith("\0") ? undefined : resolve(path);
      if (this.#file !== undefined) makeRoom(this.#file);
      // With a whole path, other processes find in the system's list that this one listens there.
      const listed = this.#file !== undefined && Buffer.byteLength(this.#file) <= PATH_LIMIT;
      const listened = listed ? (this.#file as string) : path;
      const streamOf = streamsOf(place);
      const server = net.createServer({ pauseOnConnect: true }, (given) => {
        const { socket, reader } = accept(given);
        sink.accepted(streamOf(socket, reader));
      });
      startServer(server, sink, () => listenAtPath(server, listened, backlog));
      this.#server = server;
    } catch (error) {
      if (this.#folder !== undefined) rmdirSync(this.#folder);
      throw error;
    }
    if (this.#file !== undefined) ours.add(this.#file);
    this.address = `ipc://${place}`;
  }

  close(): Promise<void> {
    if (this.#server.listening) {
      // The handle is closed at once, and libuv removes the file; "close" would come after the last connection.
      this.#server.close();
      if (this.#file !== undefined) ours.delete(this.#file);
      if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
    }
    return Promise.resolve();
  }
}

/**
 * Removes the file of a socket if no process listens at it any more.
 *
 * @throws an Error with the code `"ENOENT"` or `"ENOTDIR"` if there is no such folder
 */
function makeRoom(file: string): void {
  const found = lstatSync(file, { throwIfNoEntry: false });
  if (found !== undefined) {
    // A file that is not a socket stays: it may be of use to somebody. To listen there fails.
    if (found.isSocket() && !isListenedAt(file)) unlinkSync(file);
    return;
  }
  // If the folder is missing, libuv reports EACCES.
  const folder = dirname(file);
  if (!existsSync(folder)) throw failure("ENOENT", `there is no folder ${folder}`);
}

/**
 * Whether a process listens there. libzmq does not check: it takes the path over, and the process that was bound
 * there waits for peers in vain. Only Linux tells of other processes.
 */
function isListenedAt(file: string): boolean {
  if (ours.has(file)) return true;
  try {
    const sockets = readFileSync("/proc/net/unix", "latin1");
    const latin1 = Buffer.from(file).toString("latin1");
    return [...sockets.matchAll(LISTENER)].some((listener) => listener[1] === latin1);
  } catch {
    return false;
  }
}

// Connecting ------------------------------------------------------------------------------------

class IpcAttempt implements Attempt {
  readonly #socket: net.Socket;
  #over = false;

  constructor(place: string, sink: AttemptSink) {
    const path = pathOf(place);
    if (place === "*") throw failure("EINVAL", "nobody can be at ipc://*");
    const reader = new Reader();
    const socket = net.connect({ path, onread: reader.onread });
    this.#socket = socket;
    socket.unref();
    const failed = (error: NodeJS.ErrnoException) => {
      if (this.#over) return;
      this.#over = true;
      sink.failed(error);
    };
    socket.on("error", failed);
    socket.on("connect", () => {
      if (this.#over) return;
      this.#over = true;
      socket.removeListener("error", failed);
      sink.connected(streamsOf(place)(socket, reader));
    });
  }

  cancel(): void {
    if (this.#over) return;
    this.#over = true;
    this.#socket.destroy();
  }
}
