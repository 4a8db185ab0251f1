import type { Outgoing } from "../protocol/message.js";
import { LoadBalancer } from "./load-balancer.js";
import type { Pipe } from "./pipe.js";
import { type Meta, SocketType } from "./socket.js";

/** PUSH (RFC 30): sends messages to its peers in turn. If no peer has room, it takes no message. */
export class Push extends SocketType {
  protected readonly loadBalancer = new LoadBalancer();

  attach(pipe: Pipe): void {
    this.loadBalancer.attach(pipe);
  }

  /** Reads and drops what a peer sends: unread messages would be kept, and a peer that has gone with them. */
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
