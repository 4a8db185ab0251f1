import type { Message } from "../protocol/message.js";
import { type Meta, SocketType } from "./socket.js";

/**
 * A socket type that receives. Whether there is a message for the user shows only when one is taken out of
 * its pipe; such a message is kept for the next `receive`.
 */
export abstract class ReceivingSocket extends SocketType {
  #ahead: Message | undefined;
  #aheadMeta: Meta | undefined;

  /** The next message that is for the user, taken out of its pipe, its `meta` set; undefined where there is none. */
  protected abstract take(): Message | undefined;

  override receive(): Message | undefined {
    const message = this.#ahead;
    if (message === undefined) return this.take();
    this.#ahead = undefined;
    this.meta = this.#aheadMeta;
    return message;
  }

  override get hasIn(): boolean {
    if (this.#ahead !== undefined) return true;
    const { meta } = this;
    this.#ahead = this.take();
    this.#aheadMeta = this.meta;
    this.meta = meta;
    return this.#ahead !== undefined;
  }

  /** Forgets what was taken and not received. */
  protected dropAhead(): void {
    this.#ahead = undefined;
  }
}
