/** What a measured program does, and where. */

export const TRANSPORTS = ["tcp", "ipc", "inproc"] as const;
export type Transport = (typeof TRANSPORTS)[number];

/** What a measured program does; `subject` says with which package. */
export type Task =
  | "receive-handler"
  | "receive-iterator"
  | "receive"
  | "send"
  | "publish"
  | "req"
  | "rep"
  | "xreq"
  | "xrep"
  | "dealer";

export interface Program {
  /** `"bytes"`: no package at all, see bytes.ts. */
  readonly subject: "tx0mq" | "zeromq" | "bytes";
  readonly task: Task;
  /** Requests in flight. */
  readonly window: number;
  readonly transport: Transport;
  /** Bytes of a frame. */
  readonly size: number;
  /** Frames of a message; 1 unless told. */
  readonly parts?: number;
  /** Connections that receive, each on a socket of its own; 1 unless told. */
  readonly connections?: number;
  /** Messages that each side of a pipe may hold; what fits the size unless told. */
  readonly mark?: number;
}

export const MAX_SOCKETS = 4096;

/**
 * Messages that each side of a pipe may hold. Large messages get fewer, so that a round is not spent
 * on what had been sent before it began.
 */
export function highWaterMark(size: number): number {
  if (size > 262_144) return 8;
  return size > 4096 ? 64 : 1000;
}

export function sizeName(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1_048_576 ? `${bytes / 1024} KiB` : `${bytes / 1_048_576} MiB`;
}
