// The server of file transfer models two and three: sends the chunks of one file that clients ask for.
// Frames: [client, "fetch", offset, size], and [client, chunk], which is short or empty at the file's end.

import { open } from "node:fs/promises";
import type { Frame, ZmqRouterConnection } from "tx0mq";

/** No client gets more than this in one chunk. */
const LARGEST = 1_000_000;

/**
 * Answers requests in their order, until the socket is shut down. A malformed one is answered by an
 * empty frame, and a second frame that says what is wanted.
 *
 * @throws if the file cannot be read
 */
export async function serveFile(router: ZmqRouterConnection, path: string): Promise<void> {
  const file = await open(path);
  await file.read(Buffer.alloc(1), 0, 1, 0); // fails now if it cannot be read, not at a client's request
  for await (const [client, ...request] of router) {
    await router.send([client, ...(await answer(request))]);
  }
  await file.close();

  async function answer([command, ...numbers]: Buffer[]): Promise<Frame[]> {
    const [offset = -1, size = -1] = numbers.map(whole);
    if (
      String(command) !== "fetch" ||
      numbers.length !== 2 ||
      offset < 0 ||
      size < 1 ||
      size > LARGEST
    ) {
      console.error(`fileserver: invalid request: ${numbers.length + 1} frames`);
      return ["", `wanted: "fetch", an offset, and a size from 1 to ${LARGEST}`];
    }
    const chunk = Buffer.allocUnsafe(size);
    const { bytesRead } = await file.read(chunk, 0, size, offset);
    return [chunk.subarray(0, bytesRead)];
  }
}

/** The number; -1 if it is no whole one. */
function whole(digits: Buffer): number {
  const number = /^\d+$/.test(String(digits)) ? Number(digits) : -1;
  return Number.isSafeInteger(number) ? number : -1;
}
