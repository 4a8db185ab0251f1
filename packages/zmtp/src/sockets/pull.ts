import type { Pipe } from "./pipe.js";
import { ReceivingSocket } from "./receiving.js";

/** PULL (RFC 30): takes messages from its peers in turn. */
export class Pull extends ReceivingSocket {
  attach(pipe: Pipe): void {
    this.fairQueue.attach(pipe);
  }

  writeActivated(_pipe: Pipe): void {}

  pipeTerminated(pipe: Pipe): void {
    this.fairQueue.terminated(pipe);
  }
}
