/** The most that glibc takes for the size of a piece that may come again, less what it needs itself. In bytes. */
const PIECE = (32 << 20) - (1 << 20);
let done = false;

/**
 * Has glibc keep the memory of large frames, when they are garbage, for those that come. By itself it gives what
 * is free at the end of its heap back to the system as soon as that is 128 KiB, and each page of it has to be
 * asked for and cleared anew. But where a large piece has once been freed, it keeps twice as much; so one is made
 * here, and left to the garbage collector. It is not written to, and so takes no memory. Other systems' memory
 * does not mind.
 */
export function keepFreedMemory(): void {
  if (done) return;
  done = true;
  try {
    new ArrayBuffer(PIECE);
  } catch {
    // There is not so much memory: then it is better not kept.
  }
}

const threads = globalThis.process?.getBuiltinModule?.("node:worker_threads");

/**
 * Has memory that frames share stay where it is. Who transfers a frame to a thread would take the others with it:
 * Node refuses that now, or copies (Node 20), as it does with its own small Buffers. There is none of it elsewhere.
 */
export function keepHere(memory: ArrayBufferLike): void {
  threads?.markAsUntransferable(memory);
}
