import { performance } from "../clock.js";
import type { EngineSocket } from "../engine/engine.js";
import type { ZmqError } from "../errors.js";
import { Once } from "../once.js";
import type { Inbox } from "./inbox.js";
import type { Outbox } from "./outbox.js";

/** How long it may take to reach a peer that is far away, and to shake hands with it, in ms. */
const FOR_A_CONNECTION = 1_000;
/** How long readers at work on a message have to finish it if no linger period is set, in ms. */
export const PATIENT_FOR_WORK = 1_500;
/** The longest default, in ms. */
const LONGEST = 60_000;

/** The parts of a connection that end. */
interface Ending {
  state: "open" | "finishing" | "closing" | "closed";
  readonly inbox: Pick<Inbox<unknown>, "end" | "finished">;
  readonly outbox: Outbox;
  readonly socket: EngineSocket;
  /** No message is taken from now on. */
  finish(): void;
  closedError(): ZmqError;
}

/** How it ends. */
interface Manner {
  readonly lingerPeriod: number;
  /** Whether no linger period was set: it is then as long as a peer that reads needs. */
  readonly patient: boolean;
  /** When the connection last began to connect, by `performance.now()`. */
  connectedAt(): number;
  /** Whether it only connects, and the engine knows that no peer is there. */
  isAlone(): boolean;
  /** Whether nobody will read what waits: the factory ends, and all peers are connections of it. */
  isUnread(): boolean;
  /** The shutdown begins. */
  begins(): void;
  /** All is closed. @param waited after how many ms messages were given up, if any were */
  ended(waited: number | undefined): void;
}

/** The end of a connection, in two steps, each of which is taken once. */
export class Shutdown {
  readonly #ending: Ending;
  readonly #manner: Manner;
  readonly #finished = new Once(() => this.#finish());
  readonly #ended = new Once(() => this.#end());

  constructor(ending: Ending, manner: Manner) {
    this.#ending = ending;
    this.#manner = manner;
  }

  /** Takes no more messages. Resolves when readers are done with those they have, or their time is over. */
  finish(): Promise<void> {
    return this.#finished.begin();
  }

  /** Then sends the messages that wait, and closes the socket. */
  end(): Promise<void> {
    return this.#ended.begin();
  }

  async #finish(): Promise<void> {
    const { inbox } = this.#ending;
    const { patient, lingerPeriod } = this.#manner;
    this.#ending.finish();
    this.#manner.begins();
    inbox.end(this.#ending.closedError());
    await inbox.finished(patient ? PATIENT_FOR_WORK : lingerPeriod);
  }

  async #end(): Promise<void> {
    await this.finish();
    this.#ending.state = "closing";
    const waited = await this.#finishSending();
    this.#ending.state = "closed";
    this.#manner.ended(waited);
  }

  /**
   * Sends the messages that wait, and closes the socket when libzmq has passed on those that it has taken, or
   * when the linger period is over. @returns after how many ms messages were given up, if any were
   */
  async #finishSending(): Promise<number | undefined> {
    const { outbox, socket } = this.#ending;
    const { patient } = this.#manner;
    const limit = this.#limit();
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
    // A timer may be early by less than a ms.
    const overdue = linger > 0 && Math.ceil(performance.now() - closing) >= linger;
    return overdue ? limit : undefined;
  }

  #limit(): number {
    const { isUnread, patient, lingerPeriod } = this.#manner;
    if (isUnread()) return 0;
    return patient ? this.#patientLinger() : lingerPeriod;
  }

  /**
   * How long a peer that is there and reads may need for the messages that it has not got yet. One that is not there
   * may come back; one that has just been called needs the time to come, too.
   */
  #patientLinger(): number {
    const { lingerPeriod, connectedAt, isAlone } = this.#manner;
    const onItsWay = FOR_A_CONNECTION - (performance.now() - connectedAt());
    const { timeToDeliver } = this.#ending.outbox;
    const longest = isAlone() && onItsWay <= 0 ? FOR_A_CONNECTION : LONGEST;
    return Math.ceil(Math.min(longest, Math.max(lingerPeriod, onItsWay) + timeToDeliver));
  }
}

/** The rest of a linger period. */
function left(lingerPeriod: number, elapsed: number): number {
  return lingerPeriod < 0 ? -1 : Math.max(0, Math.ceil(lingerPeriod - elapsed));
}
