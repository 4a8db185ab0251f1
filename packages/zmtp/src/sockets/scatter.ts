import type { Outgoing } from "../protocol/message.js";
import { isSingle, MANY_FRAMES } from "./frames.js";
import { Push } from "./push.js";
import { SocketError } from "./socket.js";

/** SCATTER (RFC 49): a PUSH with messages of one frame. */
export class Scatter extends Push {
  override send(message: Outgoing): boolean {
    if (!isSingle(message)) throw new SocketError("EINVAL", MANY_FRAMES);
    return super.send(message);
  }
}
