import { bytesOf, type Frame } from "../protocol/message.js";
import { random32 } from "../random.js";

/** A made-up routing id begins with this byte. */
const MADE_UP = 0;
/** The size of such an id, in bytes: the first byte, and a counter. */
const SIZE = 5;

/** A routing id as the key of a map. For made-up ids the keys are numbers, which are quicker. */
export type RoutingKey = string | number;

/** The key of a routing id. */
export function routingKey(id: Frame): RoutingKey {
  const bytes = bytesOf(id);
  if (bytes.length !== SIZE || bytes[0] !== MADE_UP) {
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
  }
  const high = ((bytes[1] as number) << 24) | ((bytes[2] as number) << 16);
  return (high | ((bytes[3] as number) << 8) | (bytes[4] as number)) >>> 0;
}

/** Makes up routing ids for peers that give none, as libzmq: 0, and a counter that begins anywhere. */
export class RoutingIds {
  #next = random32();

  /** @param taken whether a peer has that id */
  next(taken: (key: RoutingKey) => boolean): Buffer {
    while (taken(this.#next)) this.#count();
    const id = Buffer.alloc(SIZE);
    id.writeUInt32BE(this.#next, 1);
    this.#count();
    return id;
  }

  #count(): void {
    this.#next = (this.#next + 1) >>> 0;
  }
}
