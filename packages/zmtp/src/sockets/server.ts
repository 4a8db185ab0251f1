import type { Message, Outgoing } from "../protocol/message.js";
import { random32 } from "../random.js";
import { isSingle, MANY_FRAMES } from "./frames.js";
import type { Pipe } from "./pipe.js";
import { Pull } from "./pull.js";
import { type Meta, SocketError } from "./socket.js";

/**
 * SERVER (RFC 41): peers have numbers, never 0. The number comes with each message that you receive
 * (`meta.routingId`), and says where to send. Messages have one frame; SERVER drops others that come.
 */
export class Server extends Pull {
  readonly #pipes = new Map<number, Pipe>();
  readonly #metas = new Map<Pipe, { readonly routingId: number }>();
  #next = random32();

  override attach(pipe: Pipe): void {
    while (this.#next === 0 || this.#pipes.has(this.#next)) this.#next = (this.#next + 1) >>> 0;
    this.#metas.set(pipe, { routingId: this.#next });
    this.#pipes.set(this.#next, pipe);
    this.#next = (this.#next + 1) >>> 0;
    super.attach(pipe);
  }

  override pipeTerminated(pipe: Pipe): void {
    const meta = this.#metas.get(pipe);
    if (meta === undefined) return;
    this.#metas.delete(pipe);
    this.#pipes.delete(meta.routingId);
    super.pipeTerminated(pipe);
  }

  override send(message: Outgoing, meta?: Meta): boolean {
    if (!isSingle(message)) throw new SocketError("EINVAL", MANY_FRAMES);
    const pipe = this.#pipes.get(meta?.routingId ?? 0);
    if (pipe === undefined || pipe.gone) {
      throw new SocketError("EHOSTUNREACH", "no peer has this routing id");
    }
    return pipe.write(message);
  }

  /** Always true: whether there is room depends on the peer. */
  override get hasOut(): boolean {
    return true;
  }

  protected override take(): Message | undefined {
    for (;;) {
      const message = super.take();
      if (message === undefined) return undefined;
      if (message.length > 1) continue;
      this.meta = this.#metas.get(this.fairQueue.last as Pipe);
      return message;
    }
  }
}
