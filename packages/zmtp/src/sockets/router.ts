import { EMPTY, type Frame, type Message, type Outgoing } from "../protocol/message.js";
import { framesOf, withFirst } from "./frames.js";
import { LoadBalancer } from "./load-balancer.js";
import type { Pipe } from "./pipe.js";
import { ReceivingSocket } from "./receiving.js";
import { RoutingIds, type RoutingKey, routingKey } from "./routing-ids.js";
import { type Meta, SocketError } from "./socket.js";

/** A peer whose routing id is known. */
interface Peer {
  readonly id: Buffer;
  readonly key: RoutingKey;
}

/**
 * ROUTER (RFC 28): messages begin with the routing id of the peer that they come from or go to. Unless
 * `mandatory` is set, ROUTER drops messages for unknown peers, and for peers that are full.
 */
export class Router extends ReceivingSocket {
  /** Tells whether any peer has room. It is needed only with `mandatory`. */
  readonly #room = new LoadBalancer();
  readonly #ids = new RoutingIds();
  readonly #peers = new Map<Pipe, Peer>();
  readonly #pipes = new Map<RoutingKey, Pipe>();
  /** Peers that have gone, and by whom each is followed: who has come under the same id, and is read after it. */
  readonly #heirs = new Map<Pipe, Pipe>();
  readonly #isTaken = (key: RoutingKey): boolean => this.#pipes.has(key);

  attach(pipe: Pipe): void {
    if (this.options.probeRouter) pipe.write(EMPTY);
  }

  /**
   * The peer has told its routing id. After a reconnect it keeps the one that it had. Nobody else gets it as long as
   * the peer is there, unless `handover` is set.
   */
  override peerReady(pipe: Pipe): void {
    if (this.#peers.has(pipe)) return;
    const given = pipe.routingId;
    const id = given.length > 0 ? Buffer.from(given) : this.#ids.next(this.#isTaken);
    const other = this.#pipes.get(routingKey(id));
    if (other !== undefined) {
      if (this.options.handover) this.#handOver(other);
      else if (other.gone) this.#heirs.set(other, pipe);
      else {
        pipe.terminate();
        return;
      }
    }
    this.#name(pipe, id);
    if (other === undefined || this.#heirs.get(other) !== pipe) this.fairQueue.attach(pipe);
    if (this.options.mandatory) this.#room.attach(pipe);
  }

  #name(pipe: Pipe, id: Buffer): void {
    const key = routingKey(id);
    this.#peers.set(pipe, { id, key });
    this.#pipes.set(key, pipe);
  }

  /** Another peer takes this one's id. */
  #handOver(pipe: Pipe): void {
    if (pipe.gone) {
      this.#name(pipe, this.#ids.next(this.#isTaken)); // for what is not read yet
      return;
    }
    this.pipeTerminated(pipe);
    // If we closed its connection, it would come again, and take the id back.
    if (pipe.disown !== undefined) pipe.disown();
    else pipe.terminate();
  }

  writeActivated(pipe: Pipe): void {
    this.#room.activated(pipe);
  }

  pipeTerminated(pipe: Pipe): void {
    const peer = this.#peers.get(pipe);
    if (peer === undefined) return;
    this.#peers.delete(pipe);
    if (this.#pipes.get(peer.key) === pipe) this.#pipes.delete(peer.key);
    this.fairQueue.terminated(pipe);
    this.#room.terminated(pipe);
    const heir = this.#heirs.get(pipe);
    this.#heirs.delete(pipe);
    if (heir !== undefined && this.#peers.has(heir)) this.fairQueue.attach(heir);
  }

  override send(message: Outgoing, meta?: Meta): boolean {
    const frames = framesOf(message);
    if (frames.length < 2) return true; // it names a peer, and has nothing for it
    const pipe = this.#pipes.get(routingKey(frames[0] as Frame));
    const body = frames.length === 2 ? (frames[1] as Frame) : frames.slice(1);
    const owned = Math.max(0, (meta?.owned ?? 0) - 1);
    if (!this.options.mandatory) {
      pipe?.write(body, owned);
      return true;
    }
    if (pipe === undefined || pipe.gone) {
      throw new SocketError("EHOSTUNREACH", "no peer has this routing id");
    }
    return pipe.write(body, owned);
  }

  override get hasOut(): boolean {
    return !this.options.mandatory || this.#room.hasOut;
  }

  protected override take(): Message | undefined {
    const message = this.fairQueue.receive();
    if (message === undefined) return undefined;
    const peer = this.#peers.get(this.fairQueue.last as Pipe) as Peer;
    return withFirst(Buffer.from(peer.id), message);
  }
}
