import type { ContextOptions, EngineContext, EngineSink } from "tx0mq";
import { Alive } from "./alive.js";
import { InprocNames, type Names } from "./inproc-names.js";
import type { Options } from "./settings.js";
import { ZmtpSocket } from "./socket.js";
import { SocketError } from "./sockets/socket.js";
import type { SocketTypeName } from "./sockets/types.js";
import { Zap } from "./zap.js";

/** ZMQ_MAX_SOCKETS_DFLT */
const MAX_SOCKETS = 1023;

/** Sockets that reach each other over `inproc://`. */
export class Context implements EngineContext {
  readonly alive = new Alive();
  readonly inproc: Names;
  readonly zap: Zap;
  readonly #maxSockets: number;
  readonly #sockets = new Set<ZmtpSocket>();
  #lingerTimer: NodeJS.Timeout | undefined;
  #lingersUntil = 0;
  /** Pipes whose messages wait. */
  #lingering = 0;

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

  /**
   * Keeps the process alive for so many ms more, at most, since messages of a pipe wait to be sent; -1 for ever.
   * @param again whether they did so before, and `relieved` was not called
   */
  lingers(ms: number, again: boolean): void {
    if (!again) this.#lingering += 1;
    const until = performance.now() + (ms < 0 ? 2 ** 31 - 1 : ms);
    if (until <= this.#lingersUntil) return;
    this.#lingersUntil = until;
    clearTimeout(this.#lingerTimer);
    this.#lingerTimer = setTimeout(
      () => undefined,
      Math.min(ms < 0 ? 2 ** 31 - 1 : ms, 2 ** 31 - 1),
    );
  }

  /** The messages of a pipe wait no more. */
  relieved(): void {
    this.#lingering -= 1;
    if (this.#lingering > 0) return;
    clearTimeout(this.#lingerTimer);
    this.#lingersUntil = 0;
  }

  release(): void {
    clearTimeout(this.#lingerTimer);
    this.alive.end();
  }
}
