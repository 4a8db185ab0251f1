import type { EngineSocket } from "../engine/engine.js";
import type { Outbox } from "./outbox.js";

/** What a socket holds for a peer where no high-water mark was given, in messages. ZMQ_SNDHWM */
const HIGH_WATER_MARK = 1000;
/** So long a peer that reads may take for a message, in ms. */
const FOR_A_MESSAGE = 10;
/** So many bytes a peer that reads takes in a ms, at least. */
const BYTES_IN_A_MS = 10_000;
/** No default is longer than this, in ms. */
const LONGEST = 60_000;

/** What of a connection takes part in its end. */
export interface Ending {
  readonly outbox: Outbox;
  readonly socket: EngineSocket;
  readonly lingerPeriod: number;
  /** Whether nobody has asked for that linger period: it is then as long as a peer that reads needs. */
  readonly patient: boolean;
  readonly sendHighWaterMark: number | undefined;
}

/**
 * Sends what waits, and closes the socket when libzmq has passed on what it has taken, or when the
 * linger period is over. @returns after how many ms messages were given up, if any were
 */
export async function finishSending(ending: Ending): Promise<number | undefined> {
  const { outbox, socket, lingerPeriod, patient } = ending;
  const limit = patient ? patientLinger(ending) : lingerPeriod;
  const began = performance.now();
  const drained = await outbox.drained(limit, patient);
  outbox.end();
  const elapsed = performance.now() - began;
  if (!drained) {
    await socket.close(0); // it has had its time
    return limit;
  }
  const linger = outbox.sends === 0 ? 0 : left(limit, patient ? 0 : elapsed);
  const closing = performance.now();
  await socket.close(linger);
  const overdue = linger > 0 && performance.now() - closing >= linger;
  return overdue ? limit : undefined;
}

/**
 * How long a peer that is there and reads may need for what it has not got yet. ZeroMQ does not tell how
 * much that is: at most what its queue holds.
 */
function patientLinger({ outbox, lingerPeriod, sendHighWaterMark }: Ending): number {
  const queued = Math.min(outbox.sends, sendHighWaterMark || HIGH_WATER_MARK);
  const each = FOR_A_MESSAGE + outbox.averageSize / BYTES_IN_A_MS;
  return Math.ceil(Math.min(LONGEST, lingerPeriod + queued * each));
}

/** What is left of a linger period. */
function left(lingerPeriod: number, elapsed: number): number {
  return lingerPeriod < 0 ? -1 : Math.max(0, Math.ceil(lingerPeriod - elapsed));
}
