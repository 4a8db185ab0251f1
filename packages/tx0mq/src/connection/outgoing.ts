import type { Frame, MessageMeta } from "../engine/engine.js";
import type { ZmqError } from "../errors.js";
import { type Frames, toBuffer } from "../frames.js";
import { Queue, type Queued } from "./queue.js";

const ignore = (): void => undefined;

/** Lets the sender of a message that still waits take it back. */
export interface Withdrawable {
  withdraw?: (error: ZmqError) => void;
}

/** A message that waits in the connection until ZeroMQ takes it. */
export class Outgoing implements Queued {
  previous: this | undefined;
  next: this | undefined;
  readonly frames: Frames;
  readonly meta: MessageMeta | undefined;
  readonly promise: Promise<void>;
  resolve: () => void = ignore;
  reject: (error: unknown) => void = ignore;
  /** The line that it stands in; none while it is being sent. */
  line: Line | undefined;
  /** The lane whose first message it is, while it is tried again. */
  trialOf: Lane | undefined;
  /** How often ZeroMQ had no room for it. */
  refusals = 0;
  /** Why its sender has given it up. */
  givenUp: ZmqError | undefined;
  /** The promise that its sender holds. */
  held: Promise<void> | undefined;

  constructor(frames: Frames, meta: MessageMeta | undefined) {
    this.frames = frames;
    this.meta = meta;
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }
}

/** Messages that wait, one behind the other. */
export class Line extends Queue<Outgoing> {
  /** How many bytes they have. */
  bytes = 0;

  override push(entry: Outgoing): void {
    super.push(entry);
    this.bytes += sizeOf(entry.frames);
  }

  override unshift(entry: Outgoing): void {
    super.unshift(entry);
    this.bytes += sizeOf(entry.frames);
  }

  override remove(entry: Outgoing): void {
    super.remove(entry);
    this.bytes -= sizeOf(entry.frames);
  }
}

/** The messages for one full peer. */
export class Lane {
  readonly peer: string;
  readonly waiting = new Line();
  stopTimer = ignore;

  constructor(peer: string) {
    this.peer = peer;
  }
}

/** A message's bytes; those of text are counted as characters. */
export function sizeOf(frames: Frames): number {
  if (!Array.isArray(frames)) return sizeOfFrame(frames as Frame);
  let size = 0;
  for (const frame of frames as readonly Frame[]) size += sizeOfFrame(frame);
  return size;
}

function sizeOfFrame(frame: Frame): number {
  return typeof frame === "string" ? frame.length : frame.byteLength;
}

/** Tells which peer a message is for. */
export type PeerOf = (frames: Frames, meta: MessageMeta | undefined) => string;

/** The peer that a ROUTER's or a STREAM's message is for: its first frame. */
export function peerOf(frames: Frames): string {
  const [first = ""] = Array.isArray(frames) ? (frames as readonly Frame[]) : [frames as Frame];
  return toBuffer(first).toString("latin1");
}
