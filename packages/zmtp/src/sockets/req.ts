import { EMPTY, type Frame, type Message, type Outgoing } from "../protocol/message.js";
import { random32 } from "../random.js";
import { Dealer } from "./dealer.js";
import { framesOf } from "./frames.js";
import type { Pipe } from "./pipe.js";
import { SocketError } from "./socket.js";

/** The size of a request's number (`correlate`), in bytes. */
const ID_SIZE = 4;

/**
 * REQ (RFC 28): a request, its reply, and so on. A reply comes from the peer that got the request, in the request's
 * envelope. REQ drops anything else.
 */
export class Req extends Dealer {
  #awaiting = false;
  /** The peer that got the request; undefined if there is no request, or the peer has gone. */
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
    // Drop replies to earlier requests: they must not be taken for the reply to this one.
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

  /** A reply has an empty frame and something behind it. A number may come first, even if none was asked for. */
  override malformed([first, second, third]: Message): string | undefined {
    const isReply =
      first?.length === 0
        ? second !== undefined
        : first?.length === ID_SIZE && second?.length === 0 && third !== undefined;
    return isReply ? undefined : "no reply";
  }

  /** Takes the envelope off. @returns whether it is the request's, with a reply in it */
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
