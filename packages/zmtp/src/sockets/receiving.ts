import type { Message } from "../protocol/message.js";
import { FairQueue } from "./fair-queue.js";
import type { Pipe } from "./pipe.js";
import { type Meta, SocketType } from "./socket.js";

/**
 * A socket type that receives. To know whether there is a message for the user, it has to take one out of its
 * pipe. It keeps such a message for the next `receive`.
 */
export abstract class ReceivingSocket extends SocketType {
  protected readonly fairQueue = new FairQueue();
  #ahead: Message | undefined;
  #aheadMeta: Meta | undefined;

  readActivated(pipe: Pipe): void {
    this.fairQueue.activated(pipe);
  }

  /** Takes the next message for the user out of its pipe, and sets `meta`; undefined if there is none. */
  protected take(): Message | undefined {
    return this.fairQueue.receive();
  }

  override receive(): Message | undefined {
    const message = this.#ahead;
    if (message === undefined) return this.take();
    this.#ahead = undefined;
    this.meta = this.#aheadMeta;
    return this.fairQueue.last?.conflates ? this.#newest(message) : message;
  }

  /** A newer message from the same pipe replaces the one that was taken ahead. */
  #newest(message: Message): Message {
    const from = this.fairQueue.last;
    if (!this.hasIn || this.fairQueue.last !== from) return message;
    const newer = this.#ahead as Message;
    this.#ahead = undefined;
    return newer;
  }

  override get hasIn(): boolean {
    if (this.#ahead !== undefined) return true;
    const { meta } = this;
    this.#ahead = this.take();
    this.#aheadMeta = this.meta;
    this.meta = meta;
    return this.#ahead !== undefined;
  }

  /** Forgets the message that was taken and not received. */
  protected dropAhead(): void {
    this.#ahead = undefined;
  }
}
