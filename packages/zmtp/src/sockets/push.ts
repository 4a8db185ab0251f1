import type { Outgoing } from "../protocol/message.js";
import { LoadBalancer } from "./load-balancer.js";
import type { Pipe } from "./pipe.js";
import { type Meta, SocketType } from "./socket.js";

/** PUSH (RFC 30): deals messages to its peers in turn. Without one that has room it takes none. */
export class Push extends SocketType {
  protected readonly loadBalancer = new LoadBalancer();

  attach(pipe: Pipe): void {
    this.loadBalancer.attach(pipe);
  }

  /** A peer has nothing to say. What is not read would be kept, and the peer with it when it has gone. */
  readActivated(pipe: Pipe): void {
    while (pipe.read() !== undefined);
  }

  writeActivated(pipe: Pipe): void {
    this.loadBalancer.activated(pipe);
  }

  pipeTerminated(pipe: Pipe): void {
    this.loadBalancer.terminated(pipe);
  }

  override send(message: Outgoing, meta?: Meta): boolean {
    return this.loadBalancer.send(message, meta?.owned);
  }

  override get hasOut(): boolean {
    return this.loadBalancer.hasOut;
  }
}
