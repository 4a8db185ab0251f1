import type { EngineEvent } from "tx0mq";
import { BoundEndpoint, ConnectedEndpoint, type Endpoint, type EndpointHost } from "./endpoints.js";
import { InprocNames, type InprocSocket, type Names } from "./inproc-names.js";
import type { Mechanism } from "./mechanisms/mechanism.js";
import { chooseMechanism } from "./mechanisms/mechanisms.js";
import { ownMetadata } from "./peers.js";
import type { Greeting } from "./protocol/greeting.js";
import type { RemotePipe } from "./remote-pipe.js";
import type { Options } from "./settings.js";
import type { Pipe } from "./sockets/pipe.js";
import type { SocketType } from "./sockets/socket.js";
import { isListenedAt, leaveAtExit, threads } from "./transports/threads.js";

/** In ms: a socket that connects before any is bound looks again after this, then after more, up to the second. */
const LOOK_AGAIN = 1;
const LOOK_AGAIN_AT_MOST = 32;
/** Inproc has no other mechanism, whatever the socket's options are. */
const NULL = chooseMechanism({});

/**
 * The `inproc://` names that all threads of a process share, in any order of bind and connect. If a socket connects
 * to one of its own thread that is bound already, they meet as in a context of their own. All others speak ZMTP
 * over a Unix socket that belongs to the name. Its only security is that no other user can reach it.
 */
export class ThreadNames implements Names {
  readonly #here = new InprocNames();

  constructor() {
    leaveAtExit();
  }

  isBound(name: string): boolean {
    return this.#here.isBound(name) || isListenedAt(name);
  }

  bind(name: string, socket: InprocSocket): Endpoint {
    const others = new BoundEndpoint(new ThreadHost(socket, {}), threads, name);
    const ours = this.#here.bind(name, socket);
    return {
      get over(): boolean {
        return ours.over && others.over;
      },
      stop: async () => {
        await Promise.all([ours.stop(), others.stop()]);
      },
      remove: () => ours.remove(),
      end: (atOnce) => {
        ours.end(atOnce);
        others.end(atOnce);
      },
    };
  }

  connect(name: string, socket: InprocSocket, whenBound: boolean): Endpoint {
    if (this.#here.isBound(name)) return this.#here.connect(name, socket, whenBound);
    return this.#connect(name, socket, {
      conflate: socket.options.conflate === true,
      immediate: whenBound,
      reconnectInterval: LOOK_AGAIN,
      reconnectMaxInterval: LOOK_AGAIN_AT_MOST,
    });
  }

  connectNow(name: string, socket: InprocSocket): Endpoint {
    if (this.#here.isBound(name)) return this.#here.connectNow(name, socket);
    return this.#connect(name, socket, { reconnectInterval: 0 });
  }

  #connect(name: string, socket: InprocSocket, options: Options): Endpoint {
    return new ConnectedEndpoint(new ThreadHost(socket, options), threads, name, name);
  }
}

/** The socket for an endpoint that leads to another thread: with only the options that inproc has. */
class ThreadHost implements EndpointHost {
  readonly options: Options;
  readonly mechanism = NULL;
  readonly isLocal = true;
  readonly #socket: InprocSocket;

  /** @param options more options, beside the socket's */
  constructor(socket: InprocSocket, options: Options) {
    const { routingId, sendHighWaterMark, receiveHighWaterMark } = socket.options;
    this.#socket = socket;
    this.options = {
      routingId,
      sendHighWaterMark,
      receiveHighWaterMark,
      handshakeInterval: 0,
      ...options,
    };
  }

  get type(): SocketType {
    return this.#socket.type;
  }

  get reading(): boolean {
    return this.#socket.reading;
  }

  createMechanism(peer: Greeting): Mechanism {
    NULL.check(peer);
    const metadata = ownMetadata(this.#socket.name, this.options);
    return NULL.create({ metadata, authenticate: undefined });
  }

  /** As over inproc, any types meet. */
  checkPeer(): void {}

  readActivated(pipe: Pipe): void {
    this.#socket.readActivated(pipe);
  }

  writeActivated(pipe: Pipe): void {
    this.#socket.writeActivated(pipe);
  }

  pipeTerminated(pipe: Pipe): void {
    this.#socket.pipeTerminated(pipe);
  }

  backlog(pipe: Pipe): void {
    this.#socket.backlog(pipe);
  }

  relieved(pipe: Pipe): void {
    this.#socket.relieved(pipe);
  }

  emptied(): void {
    this.#socket.emptied();
  }

  held(pipe: RemotePipe): void {
    this.#socket.held(pipe);
  }

  changed(): void {
    this.#socket.changed();
  }

  countPeers(change: 1 | -1): void {
    this.#socket.countPeers(change);
  }

  /** A monitor reports nothing of inproc. */
  event(_event: EngineEvent): void {}
}
