import { InprocPipe } from "./inproc-pipe.js";
import type { PipeOwner } from "./remote-pipe.js";
import type { Options } from "./settings.js";
import { SocketError, type SocketType } from "./sockets/socket.js";
import { fits, type SocketTypeName } from "./sockets/types.js";

/** A socket that binds and connects over `inproc://`. */
export interface InprocSocket extends PipeOwner {
  readonly name: SocketTypeName;
  readonly options: Options;
  readonly type: SocketType;
  /** Pipes have come. */
  changed(): void;
}

/** Somebody who has connected to a name, where nobody is bound yet. */
interface Waiting {
  readonly socket: InprocSocket;
  /** Their end, and the one for who will be bound; made only then where no pipe is wanted before. */
  pipes: readonly [InprocPipe, InprocPipe] | undefined;
}

/** Who is bound to a name, and to whom it leads. */
interface Bound {
  readonly socket: InprocSocket;
  readonly pipes: Set<InprocPipe>;
}

/** The names of a context's `inproc://` addresses: sockets bind and connect to them in any order. */
export class InprocNames {
  readonly #bound = new Map<string, Bound>();
  readonly #waiting = new Map<string, Set<Waiting>>();

  isBound(name: string): boolean {
    return this.#bound.has(name);
  }

  /** @returns what frees the name and leaves the peers. @throws {SocketError} EADDRINUSE */
  bind(name: string, socket: InprocSocket): () => void {
    if (this.#bound.has(name)) throw new SocketError("EADDRINUSE", "the name is bound already");
    const bound = { socket, pipes: new Set<InprocPipe>() };
    this.#bound.set(name, bound);
    const waiting = this.#waiting.get(name) ?? [];
    this.#waiting.delete(name);
    for (const one of waiting) one.pipes = this.#join(bound, one.socket, one.pipes);
    return () => {
      if (this.#bound.get(name) === bound) this.#bound.delete(name);
      for (const pipe of bound.pipes) pipe.leave();
    };
  }

  /**
   * @param whenBound whether messages wait in the library as long as nobody is bound
   * @returns what ends it
   */
  connect(name: string, socket: InprocSocket, whenBound: boolean): () => void {
    const bound = this.#bound.get(name);
    if (bound !== undefined) {
      const [end] = this.#join(bound, socket, undefined);
      return () => end.leave();
    }
    const waiting: Waiting = { socket, pipes: whenBound ? undefined : InprocPipe.pair(socket) };
    const all = this.#waiting.get(name) ?? new Set();
    this.#waiting.set(name, all.add(waiting));
    if (waiting.pipes !== undefined) socket.type.attach(waiting.pipes[0]);
    return () => {
      all.delete(waiting);
      waiting.pipes?.[0].leave();
    };
  }

  #join(
    bound: Bound,
    peer: InprocSocket,
    made: Waiting["pipes"],
  ): readonly [InprocPipe, InprocPipe] {
    const pipes = made ?? InprocPipe.pair(peer);
    const [theirs, ours] = pipes;
    if (!fits(bound.socket.name, peer.name)) {
      theirs.leave();
      return pipes;
    }
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
