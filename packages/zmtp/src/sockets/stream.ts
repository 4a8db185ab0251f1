import { bytesOf, type Message, type Outgoing } from "../protocol/message.js";
import { framesOf, withFirst } from "./frames.js";
import type { Pipe } from "./pipe.js";
import { ReceivingSocket } from "./receiving.js";
import { RoutingIds, type RoutingKey, routingKey } from "./routing-ids.js";
import { SocketError } from "./socket.js";

/**
 * STREAM: bytes of connections without ZMTP. A message is a routing id, which is made up here, and bytes as they
 * come. A message without bytes tells that a peer has come or gone (unless `notify` is false); if you send one, it
 * ends the peer's connection.
 *
 * The pipes give each piece of bytes as a message of one frame, and take such messages. They also give the pieces
 * without bytes, so that these come in their turn.
 */
export class Stream extends ReceivingSocket {
  override readonly isRaw = true;
  readonly #routingIds = new RoutingIds();
  readonly #ids = new Map<Pipe, Buffer>();
  readonly #pipes = new Map<RoutingKey, Pipe>();

  attach(pipe: Pipe): void {
    const id = this.#routingIds.next((key) => this.#pipes.has(key));
    this.#ids.set(pipe, id);
    this.#pipes.set(routingKey(id), pipe);
    this.fairQueue.attach(pipe);
  }

  writeActivated(_pipe: Pipe): void {}

  pipeTerminated(pipe: Pipe): void {
    const id = this.#ids.get(pipe);
    if (id === undefined) return;
    this.#ids.delete(pipe);
    this.#pipes.delete(routingKey(id));
    this.fairQueue.terminated(pipe);
  }

  override send(message: Outgoing): boolean {
    const [id, bytes, ...more] = framesOf(message);
    if (id === undefined || bytes === undefined || more.length > 0) {
      throw new SocketError("EINVAL", "messages of STREAM sockets are a routing id and bytes");
    }
    const pipe = this.#pipes.get(routingKey(id));
    if (pipe === undefined || pipe.gone) {
      throw new SocketError("EHOSTUNREACH", "no peer has this routing id");
    }
    if (bytesOf(bytes).length > 0) return pipe.write(bytes);
    this.pipeTerminated(pipe);
    pipe.terminate();
    return true;
  }

  /** Always true: whether there is room depends on the peer. */
  override get hasOut(): boolean {
    return true;
  }

  protected override take(): Message | undefined {
    const message = this.fairQueue.receive();
    if (message === undefined) return undefined;
    return withFirst(Buffer.from(this.#ids.get(this.fairQueue.last as Pipe) as Buffer), message);
  }
}
