import type { Message, Outgoing } from "../protocol/message.js";
import { framesOf } from "./frames.js";
import { Pair } from "./pair.js";
import { SocketError } from "./socket.js";

/** What ends an address, as C has it and libzmq gives it. */
const NUL = Buffer.of(0);

/**
 * DGRAM: UDP. Messages are the address of who sent or is to get it, as `127.0.0.1:5555`, and a datagram; an address
 * that is received ends with a NUL. One address is bound at a time.
 *
 * Its pipe gives and takes both as two frames, the address without the NUL.
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
