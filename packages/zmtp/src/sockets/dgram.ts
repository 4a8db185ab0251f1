import type { Message, Outgoing } from "../protocol/message.js";
import { framesOf } from "./frames.js";
import { Pair } from "./pair.js";
import { SocketError } from "./socket.js";

/** The end of an address, as a string of C: libzmq gives it so. */
const NUL = Buffer.of(0);

/**
 * DGRAM: UDP. A message is an address, as `127.0.0.1:5555`, and a datagram: the sender's address, with a NUL at its
 * end, if you receive it, the receiver's if you send it. One address is bound at a time.
 *
 * The pipe gives and takes messages as two frames, the address without the NUL.
 */
export class Dgram extends Pair {
  override readonly isAddressed = true;

  override send(message: Outgoing): boolean {
    const frames = framesOf(message);
    if (frames.length !== 2) {
      throw new SocketError("EINVAL", "messages of DGRAM sockets are an address and a datagram");
    }
    return super.send(message);
  }

  protected override take(): Message | undefined {
    const message = super.take();
    if (message === undefined) return undefined;
    const [address, ...datagram] = message as [Buffer, ...Buffer[]];
    return [Buffer.concat([address, NUL]), ...datagram];
  }
}
