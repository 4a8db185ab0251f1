/** What a stack of the JavaScript thread, taken while it receives, was there for. */

export const PARTS = [
  "libzmq",
  "buffer",
  "list",
  "promise",
  "call into the binding",
  "library and handler",
  "garbage collection",
  "event loop and the rest",
] as const;

export type Part = (typeof PARTS)[number];

/**
 * Tried on each frame, from the innermost on; the first that fits decides. Memory that is asked for
 * counts for what it is asked for. The compiler puts the handler into the library's code where it
 * can, so that the two cannot be told apart.
 */
const SIGNS: readonly (readonly [part: Part, sign: RegExp])[] = [
  ["garbage collection", /Scaveng|MarkCompact|Sweeper::(?!Append)|CollectGarbage|GCTracer|Finaliz/],
  ["buffer", /napi_create_(external_)?buffer|node::Buffer::|IntoBuffer|typedarray|IncomingMsg/],
  ["list", /napi_create_array|napi_set_element|v8::Array::New/],
  ["libzmq", /^zmq::(?!Socket|Module)|^zmq_/],
  ["library and handler", /^(JS:|LazyCompile:|Function:).*(tx0mq\/dist|bench\/src)/],
  ["promise", /Promise|Microtask|napi_resolve_deferred|Await|AsyncFunction|AsyncGenerator/i],
  ["call into the binding", /napi_|Napi::|v8impl|zmq::Socket|CallApiCallback|HandleApiCall/],
];

/** @param frames function names, the innermost first */
export function partOf(frames: readonly string[]): Part {
  for (const frame of frames) {
    const found = SIGNS.find(([, sign]) => sign.test(frame));
    if (found !== undefined) return found[0];
  }
  return "event loop and the rest";
}

/** Reads what `perf script -F ip,sym` prints: a stack to a paragraph, and counts them by part. */
export function countParts(script: string): Map<Part, number> {
  const counts = new Map<Part, number>(PARTS.map((part) => [part, 0]));
  for (const paragraph of script.split(/\n\s*\n/)) {
    const frames = paragraph
      .split("\n")
      .map((line) => line.trim().replace(/^[0-9a-f]+\s+/, ""))
      .filter((frame) => frame !== "");
    if (frames.length === 0) continue;
    const part = partOf(frames);
    counts.set(part, (counts.get(part) ?? 0) + 1);
  }
  return counts;
}
