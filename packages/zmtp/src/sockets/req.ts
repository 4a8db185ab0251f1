import { EMPTY, type Frame, type Message, type Outgoing } from "../protocol/message.js";
import { random32 } from "../random.js";
import { Dealer } from "./dealer.js";
import { framesOf } from "./frames.js";
import type { Pipe } from "./pipe.js";
import { SocketError } from "./socket.js";

/** So many bytes has the number of a request (`correlate`). */
const ID_SIZE = 4;

/**
 * REQ (RFC 28): a request, its reply, and so on. A reply comes from the peer that was asked, in the envelope
 * of the request; anything else is dropped.
 */
export class Req extends Dealer {
  #awaiting = false;
  /** Who was asked; undefined where nobody was, or it has gone. */
  #asked: Pipe | undefined;
  #requestId = random32();

  override pipeTerminated(pipe: Pipe): void {
    if (this.#asked === pipe) this.#asked = undefined;
    super.pipeTerminated(pipe);
  }

  override send(message: Outgoing): boolean {
    if (this.#awaiting && !this.options.relaxed) {
      throw new SocketError("EFSM", "the reply to the last request has not come yet");
    }
    this.#awaiting = false;
    if (!super.send(this.#wrap(message))) return false;
    this.#asked = this.loadBalancer.last;
    this.#awaiting = true;
    // Replies to requests before, which must not be taken for this one's.
    this.dropAhead();
    while (this.fairQueue.receive() !== undefined);
    return true;
  }

  /** Puts the message in its envelope. */
  #wrap(message: Outgoing): Frame[] {
    const frames = framesOf(message);
    if (this.options.correlate) return [this.#count(), EMPTY, ...frames];
    // Spread costs more, and most messages are of one frame.
    return frames.length === 1 ? [EMPTY, frames[0] as Frame] : [EMPTY, ...frames];
  }

  override receive(): Message | undefined {
    const reply = super.receive();
    if (reply !== undefined) this.#awaiting = false;
    return reply;
  }

  override get hasIn(): boolean {
    return this.#awaiting && super.hasIn;
  }

  override get hasOut(): boolean {
    return (!this.#awaiting || this.options.relaxed === true) && super.hasOut;
  }

  protected override take(): Message | undefined {
    if (!this.#awaiting) return undefined;
    for (;;) {
      const message = this.fairQueue.receive();
      if (message === undefined) return undefined;
      if (this.fairQueue.last === this.#asked && this.#open(message)) return message;
    }
  }

  /** A reply has an empty frame, before it maybe a number, asked for or not, and something behind it. */
  override malformed([first, second, third]: Message): string | undefined {
    const isReply =
      first?.length === 0
        ? second !== undefined
        : first?.length === ID_SIZE && second?.length === 0 && third !== undefined;
    return isReply ? undefined : "no reply";
  }

  /** Takes the envelope off. @returns whether it was that of the request, with a reply in it */
  #open(message: Message): boolean {
    if (this.options.correlate) {
      const id = message.shift();
      if (id?.length !== ID_SIZE || id.readUInt32LE() !== this.#requestId) return false;
    }
    return message.shift()?.length === 0 && message.length > 0;
  }

  #count(): Buffer {
    this.#requestId = (this.#requestId + 1) >>> 0;
    const id = Buffer.allocUnsafe(ID_SIZE);
    id.writeUInt32LE(this.#requestId);
    return id;
  }
}
