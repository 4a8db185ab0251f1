/** In bytes: the largest piece whose free raises glibc's threshold (32 MiB), less what glibc itself needs. */
const PIECE = (32 << 20) - (1 << 20);
let done = false;

/**
 * Makes glibc keep the memory of large frames that are garbage, for the next ones. By itself glibc gives memory back
 * to the system as soon as 128 KiB are free at the end of its heap; then the system has to find and clear each page
 * anew. But when a program has once freed a large piece, glibc keeps twice as much. So this makes one, and leaves it
 * to the garbage collector. Nothing is written to it, so it takes no memory. On other systems this does no harm.
 */
export function keepFreedMemory(): void {
  if (done) return;
  done = true;
  try {
    new ArrayBuffer(PIECE);
  } catch {
    // There is too little memory: then glibc had better not keep any.
  }
}

const threads = globalThis.process?.getBuiltinModule?.("node:worker_threads");

/**
 * Makes memory that frames share untransferable. A program that transfers one frame to a thread would transfer the
 * others with it. Now Node refuses that, or copies (Node 20), as with its own small Buffers. Other runtimes lack this.
 */
export function keepHere(memory: ArrayBufferLike): void {
  threads?.markAsUntransferable(memory);
}
