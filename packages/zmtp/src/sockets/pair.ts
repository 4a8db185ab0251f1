import type { Message, Outgoing } from "../protocol/message.js";
import type { Pipe } from "./pipe.js";
import { ReceivingSocket } from "./receiving.js";
import type { Meta } from "./socket.js";

/** PAIR (RFC 31): one peer. While it is there, the socket turns others away. */
export class Pair extends ReceivingSocket {
  #pipe: Pipe | undefined;

  attach(pipe: Pipe): void {
    if (this.#pipe === undefined) this.#pipe = pipe;
    else pipe.terminate();
  }

  writeActivated(_pipe: Pipe): void {}

  pipeTerminated(pipe: Pipe): void {
    if (this.#pipe === pipe) this.#pipe = undefined;
  }

  override send(message: Outgoing, meta?: Meta): boolean {
    return this.#pipe?.write(message, meta?.owned) ?? false;
  }

  override get hasOut(): boolean {
    return this.#pipe?.writable ?? false;
  }

  protected override take(): Message | undefined {
    return this.#pipe?.read();
  }
}
