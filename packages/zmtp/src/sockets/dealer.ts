import { EMPTY, type Outgoing } from "../protocol/message.js";
import { LoadBalancer } from "./load-balancer.js";
import type { Pipe } from "./pipe.js";
import { ReceivingSocket } from "./receiving.js";
import type { Meta } from "./socket.js";

/** DEALER (RFC 28): sends messages to its peers in turn, and takes theirs in turn. */
export class Dealer extends ReceivingSocket {
  protected readonly loadBalancer = new LoadBalancer();

  attach(pipe: Pipe): void {
    // From this a ROUTER learns the routing id, before anything else is sent to it.
    if (this.options.probeRouter) pipe.write(EMPTY);
    this.fairQueue.attach(pipe);
    this.loadBalancer.attach(pipe);
  }

  writeActivated(pipe: Pipe): void {
    this.loadBalancer.activated(pipe);
  }

  pipeTerminated(pipe: Pipe): void {
    this.fairQueue.terminated(pipe);
    this.loadBalancer.terminated(pipe);
  }

  override send(message: Outgoing, meta?: Meta): boolean {
    return this.loadBalancer.send(message, meta?.owned);
  }

  override get hasOut(): boolean {
    return this.loadBalancer.hasOut;
  }
}
