import type { Message } from "../protocol/message.js";
import { FairQueue } from "./fair-queue.js";
import type { Pipe } from "./pipe.js";
import { ReceivingSocket } from "./receiving.js";

/** PULL (RFC 30): takes messages from its peers in turn. */
export class Pull extends ReceivingSocket {
  protected readonly fairQueue = new FairQueue();

  attach(pipe: Pipe): void {
    this.fairQueue.attach(pipe);
  }

  readActivated(pipe: Pipe): void {
    this.fairQueue.activated(pipe);
  }

  writeActivated(_pipe: Pipe): void {}

  pipeTerminated(pipe: Pipe): void {
    this.fairQueue.terminated(pipe);
  }

  protected take(): Message | undefined {
    return this.fairQueue.receive();
  }
}
