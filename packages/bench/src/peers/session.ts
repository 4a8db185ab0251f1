/** The processes of a measurement: each peer's program, and the C program at its other end. */
import { join } from "node:path";
import { Talker } from "../common/talker.ts";
import type { Contestant } from "./contestants.ts";
import { otherEnd, type Row } from "./rows.ts";
import type { Tools } from "./toolchain.ts";

/** What a peer's program tells of a round. */
interface Told {
  readonly count: number;
  /** Those of the time before the round, too. */
  readonly total: number;
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly rss: number;
}

interface OtherEndStatus {
  readonly count: number;
  readonly ms: number;
  readonly cpuMs: number;
}

/** One round of one peer. */
export interface Sample extends Told {
  /** CPU time of the other end; none where it is a thread of the measured process. */
  readonly otherCpuMs: number | undefined;
  /** What arrived at each receiver at the other end, and the time from the first to the last. */
  readonly arrived: number | undefined;
  readonly arrivedMs: number | undefined;
}

let lanes = 0;

/** A peer at work on a row, with its other end. */
export class Lane {
  readonly contestant: Contestant;
  readonly #row: Row;
  readonly #measured: Talker;
  readonly #other: Talker | undefined;
  readonly #signal: AbortSignal;

  private constructor(
    contestant: Contestant,
    row: Row,
    measured: Talker,
    other: Talker | undefined,
    signal: AbortSignal,
  ) {
    this.contestant = contestant;
    this.#row = row;
    this.#measured = measured;
    this.#other = other;
    this.#signal = signal;
  }

  /** @throws where a program does not start */
  static async start(
    contestant: Contestant,
    row: Row,
    tools: Tools,
    scratch: string,
    signal: AbortSignal,
  ): Promise<Lane> {
    const role = otherEnd(row);
    const inproc = row.transport === "inproc";
    lanes += 1;
    const address = {
      tcp: "tcp://127.0.0.1:*",
      ipc: `ipc://${join(scratch, `${lanes}`)}`,
      inproc: "inproc://other-end",
    }[row.transport];
    let other: Talker | undefined;
    let addresses = [address];
    try {
      if (!inproc) {
        const { size, parts, highWaterMark, subscribers } = row;
        const numbers = [size, parts, highWaterMark, subscribers].map(String);
        const program = (row.bothEnds && contestant.otherEnd) || [tools.otherEnd];
        other = new Talker([...program, role, address, ...numbers], contestant.environment);
        ({ addresses } = (await other.answer(20_000, signal)) as { addresses: string[] });
      }
      const command = [
        ...(contestant.command(row) ?? []),
        ...["--task", row.work],
        ...addresses.flatMap((bound) => ["--address", bound]),
        ...["--size", `${row.size}`],
        ...["--parts", `${row.parts}`],
        ...["--window", `${row.window}`],
        ...["--connections", `${row.connections}`],
        ...["--high-water-mark", `${row.highWaterMark}`],
        ...(inproc ? ["--other-end", role, "--library", tools.library] : []),
      ];
      const measured = new Talker(command, contestant.environment);
      const lane = new Lane(contestant, row, measured, other, signal);
      try {
        await measured.answer(120_000, signal);
      } catch (error) {
        await lane.stop();
        throw error;
      }
      return lane;
    } catch (error) {
      await other?.stop();
      throw error;
    }
  }

  /**
   * Runs a round: until so many are counted, or for so many ms. The time that leads in is not counted:
   * what had been sent before the round began is gone by then.
   */
  async round(of: { lead: number; ms: number } | { count: number }): Promise<Sample> {
    const { work, subscribers } = this.#row;
    const sends = work === "send" || work === "publish";
    const limit = "count" in of ? 120_000 : of.ms + 60_000;
    const question = "count" in of ? `count ${of.count}` : `ms ${sends ? 0 : of.lead} ${of.ms}`;
    const before = await this.#otherEnd("mark");
    const answer = this.#measured.ask(question, limit, this.#signal);
    if ("count" in of) this.#other?.tell(`give ${of.count}`);
    const told = (await answer) as Told;
    const expected = sends ? told.total * subscribers : 0;
    const after = await this.#otherEnd(`status ${expected}`);
    return {
      ...told,
      otherCpuMs: before && after && after.cpuMs - before.cpuMs,
      arrived: sends && after ? after.count / subscribers : undefined,
      arrivedMs: sends && after ? after.ms : undefined,
    };
  }

  async #otherEnd(question: string): Promise<OtherEndStatus | undefined> {
    return (await this.#other?.ask(question, 30_000, this.#signal)) as OtherEndStatus | undefined;
  }

  async stop(): Promise<void> {
    await Promise.all([this.#measured.stop(), this.#other?.stop()]);
  }
}
