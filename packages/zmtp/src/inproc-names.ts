import { queueMicrotask } from "./clock.js";
import type { Endpoint } from "./endpoints.js";
import { InprocPipe } from "./inproc-pipe.js";
import type { PipeOwner } from "./remote-pipe.js";
import type { Options } from "./settings.js";
import { SocketError, type SocketType } from "./sockets/socket.js";
import type { SocketTypeName } from "./sockets/types.js";

/** A socket that binds and connects over `inproc://`. */
export interface InprocSocket extends PipeOwner {
  readonly name: SocketTypeName;
  readonly options: Options;
  readonly type: SocketType;
  /** Pipes have come. */
  changed(): void;
  /** A peer has come, or gone. */
  countPeers(change: 1 | -1): void;
}

/** Names of `inproc://` addresses: which sockets are bound to them, and the way there. */
export interface Names {
  isBound(name: string): boolean;
  /** @throws {SocketError} EADDRINUSE */
  bind(name: string, socket: InprocSocket): Endpoint;
  /** @param whenBound whether messages wait in the library until a socket is bound */
  connect(name: string, socket: InprocSocket, whenBound: boolean): Endpoint;
  /** Connects to the socket that is bound now. The pipe is there at once; without such a socket it ends. */
  connectNow(name: string, socket: InprocSocket): Endpoint;
}

/** A socket that has connected to a name to which none is bound yet. */
interface Waiting {
  readonly socket: InprocSocket;
  /** Its end, and the end for the socket that will be bound; made only then if no pipe is wanted before. */
  pipes: readonly [InprocPipe, InprocPipe] | undefined;
}

/** The socket that is bound to a name, and its pipes to the sockets that have connected. */
interface Bound {
  readonly socket: InprocSocket;
  readonly pipes: Set<InprocPipe>;
}

/** The names of a context's `inproc://` addresses: sockets bind and connect to them in any order. */
export class InprocNames implements Names {
  readonly #bound = new Map<string, Bound>();
  readonly #waiting = new Map<string, Set<Waiting>>();

  isBound(name: string): boolean {
    return this.#bound.has(name);
  }

  bind(name: string, socket: InprocSocket): Endpoint {
    if (this.#bound.has(name)) throw new SocketError("EADDRINUSE", "the name is bound already");
    const bound = { socket, pipes: new Set<InprocPipe>() };
    this.#bound.set(name, bound);
    const waiting = this.#waiting.get(name) ?? [];
    this.#waiting.delete(name);
    for (const one of waiting) one.pipes = this.#join(bound, one.socket, one.pipes);
    return {
      get over(): boolean {
        return bound.pipes.size === 0; // what was written is with the peers
      },
      stop: async () => {
        if (this.#bound.get(name) === bound) this.#bound.delete(name);
      },
      remove: () => undefined, // as libzmq: who is there stays
      end: () => {
        for (const pipe of bound.pipes) pipe.leave();
      },
    };
  }

  connect(name: string, socket: InprocSocket, whenBound: boolean): Endpoint {
    const one: Waiting = { socket, pipes: whenBound ? undefined : InprocPipe.pair(socket) };
    const bound = this.#bound.get(name);
    if (bound !== undefined) one.pipes = this.#join(bound, socket, undefined);
    else {
      const all = this.#waiting.get(name) ?? new Set();
      this.#waiting.set(name, all.add(one));
      if (one.pipes !== undefined) socket.type.attach(one.pipes[0]);
    }
    const isWaiting = (): boolean => this.#waiting.get(name)?.has(one) === true;
    const end = (atOnce: boolean): void => {
      // The socket that is bound one day gets what was written.
      if (!atOnce && isWaiting() && one.pipes?.[1].hasMessages) return;
      this.#waiting.get(name)?.delete(one);
      if (this.#waiting.get(name)?.size === 0) this.#waiting.delete(name);
      one.pipes?.[0].leave();
    };
    return {
      get over(): boolean {
        return !isWaiting();
      },
      stop: () => Promise.resolve(),
      remove: () => end(true),
      end,
    };
  }

  connectNow(name: string, socket: InprocSocket): Endpoint {
    return this.connect(name, socket, true);
  }

  #join(
    bound: Bound,
    peer: InprocSocket,
    made: Waiting["pipes"],
  ): readonly [InprocPipe, InprocPipe] {
    const pipes = made ?? InprocPipe.pair(peer);
    const [theirs, ours] = pipes;
    ours.adopt(bound.socket, () => bound.pipes.delete(ours));
    bound.pipes.add(ours);
    if (made === undefined) peer.type.attach(theirs);
    bound.socket.type.attach(ours);
    bound.socket.type.peerReady(ours);
    peer.type.peerReady(theirs);
    queueMicrotask(() => {
      bound.socket.changed();
      peer.changed();
    });
    return pipes;
  }
}
