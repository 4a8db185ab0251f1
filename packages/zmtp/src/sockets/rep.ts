import type { Message, Outgoing } from "../protocol/message.js";
import { framesOf } from "./frames.js";
import type { Pipe } from "./pipe.js";
import { Pull } from "./pull.js";
import { SocketError } from "./socket.js";

/**
 * REP (RFC 28): a request, its reply, and so on. The frames of a request up to the first empty one are its
 * envelope; the reply takes it back. REP drops a message without an envelope, and a reply to a peer that has
 * gone or is full.
 */
export class Rep extends Pull {
  #replying = false;
  #envelope: Message = [];
  /** Where the request came from; undefined if that peer has gone. */
  #pipe: Pipe | undefined;

  override pipeTerminated(pipe: Pipe): void {
    if (this.#pipe === pipe) this.#pipe = undefined;
    super.pipeTerminated(pipe);
  }

  override receive(): Message | undefined {
    const request = super.receive();
    if (request !== undefined) this.#replying = true;
    return request;
  }

  override send(message: Outgoing): boolean {
    if (!this.#replying) throw new SocketError("EFSM", "there is no request to reply to");
    this.#pipe?.write([...this.#envelope, ...framesOf(message)], this.#envelope.length);
    this.#pipe = undefined;
    this.#replying = false;
    return true;
  }

  override get hasOut(): boolean {
    return this.#replying;
  }

  protected override take(): Message | undefined {
    if (this.#replying) return undefined;
    for (;;) {
      const message = super.take();
      if (message === undefined) return undefined;
      const bottom = message.findIndex((frame) => frame.length === 0);
      if (bottom < 0 || bottom === message.length - 1) continue;
      this.#pipe = this.fairQueue.last;
      this.#envelope = message.splice(0, bottom + 1);
      return message;
    }
  }
}
