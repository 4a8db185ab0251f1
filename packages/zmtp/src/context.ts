import type { ContextOptions, EngineContext, EngineSink } from "tx0mq";
import { Alive } from "./alive.js";
import { clearTimeout, performance, setTimeout } from "./clock.js";
import { InprocNames, type Names } from "./inproc-names.js";
import type { Options } from "./settings.js";
import { ZmtpSocket } from "./socket.js";
import type { Pipe } from "./sockets/pipe.js";
import { SocketError } from "./sockets/socket.js";
import type { SocketTypeName } from "./sockets/types.js";
import { Zap } from "./zap.js";

/** ZMQ_MAX_SOCKETS_DFLT */
const MAX_SOCKETS = 1023;
/** In ms: longer than any wait. */
const FOR_EVER = 2 ** 31 - 1;

/** Sockets that reach each other over `inproc://`. */
export class Context implements EngineContext {
  readonly alive = new Alive();
  readonly inproc: Names;
  readonly zap: Zap;
  readonly #maxSockets: number;
  readonly #sockets = new Set<ZmtpSocket>();
  #lingerTimer: NodeJS.Timeout | undefined;
  #lingersUntil = 0;
  /** Pipes with messages that wait, and until when each keeps the process alive. */
  readonly #lingering = new Map<Pipe, number>();

  constructor({ maxSockets }: ContextOptions, inproc: Names = new InprocNames()) {
    this.inproc = inproc;
    this.zap = new Zap(inproc);
    this.#maxSockets = maxSockets ?? MAX_SOCKETS;
  }

  createSocket(type: SocketTypeName, options: Options, sink: EngineSink): ZmtpSocket {
    if (this.#sockets.size >= this.#maxSockets) {
      throw new SocketError(
        "EMFILE",
        "too many sockets: shut connections down, or raise maxSockets",
      );
    }
    const socket = new ZmtpSocket(this, type, options, sink);
    this.#sockets.add(socket);
    return socket;
  }

  /** A socket is closed. */
  closed(socket: ZmtpSocket): void {
    this.#sockets.delete(socket);
  }

  /** Keeps the process alive while messages of a pipe wait to be sent, for `ms` at most; -1 for ever. */
  lingers(pipe: Pipe, ms: number): void {
    const until = performance.now() + (ms < 0 ? FOR_EVER : ms);
    this.#lingering.set(pipe, until);
    if (until > this.#lingersUntil) this.#lingerUntil(until);
  }

  /** The messages of a pipe do not wait any more. */
  relieved(pipe: Pipe): void {
    const until = this.#lingering.get(pipe) ?? 0;
    this.#lingering.delete(pipe);
    if (until < this.#lingersUntil) return;
    let last = 0;
    for (const other of this.#lingering.values()) last = Math.max(last, other);
    this.#lingerUntil(last);
  }

  #lingerUntil(time: number): void {
    this.#lingersUntil = time;
    clearTimeout(this.#lingerTimer);
    const ms = Math.min(time - performance.now(), FOR_EVER);
    if (ms > 0) this.#lingerTimer = setTimeout(() => undefined, ms);
  }

  release(): void {
    clearTimeout(this.#lingerTimer);
    this.alive.end();
  }
}
