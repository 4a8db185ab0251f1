/** What is measured: every row is one program beside another. */

import {
  type Program,
  sizeName,
  type Task,
  TRANSPORTS,
  type Transport,
} from "../programs/program.ts";

/** Sizes of a message, in bytes. */
export const SIZES = [16, 1024, 65_536] as const;

/** The other end of the measured program, always on bare `zeromq`. */
export type PeerRole = "source" | "sink" | "subscriber" | "echo" | "client";

/** A program, and what is at its other end. */
export interface Side extends Program {
  readonly peer: PeerRole;
}

export interface Row {
  readonly name: string;
  readonly program: Side;
  readonly beside: Side;
  /** What `program` is compared with, in the words of the table. */
  readonly reference: string;
  /** The ratio to reach, if there is one. */
  readonly target: number | undefined;
}

const OF_BARE = 0.95;
const OF_LOCKSTEP = 5;

type Case = Pick<Side, "task" | "peer" | "window">;

const PAIRED: readonly [name: string, which: Case][] = [
  ["receive by handler", { task: "receive-handler", peer: "source", window: 0 }],
  ["receive by for await", { task: "receive-iterator", peer: "source", window: 0 }],
  ["receive by receive()", { task: "receive", peer: "source", window: 0 }],
  ["send", { task: "send", peer: "sink", window: 0 }],
  ["publish", { task: "publish", peer: "subscriber", window: 0 }],
  ["REQ in lockstep", { task: "req", peer: "echo", window: 1 }],
  ["REP in lockstep", { task: "rep", peer: "client", window: 1 }],
];

/** What bare `zeromq` does not have, beside the plain socket of tx0mq that does the same in lockstep. */
const ALONE: readonly [name: string, which: Case, beside: Case, target: number | undefined][] = [
  ["XREQ, 1 in flight", request("xreq", 1), request("req", 1), undefined],
  ["XREQ, 100 in flight", request("xreq", 100), request("req", 1), OF_LOCKSTEP],
  ["XREP, 1 in flight", serve("xrep", 1), serve("rep", 1), undefined],
  ["XREP, 100 in flight", serve("xrep", 100), serve("rep", 1), undefined],
];

function request(task: Task, window: number): Case {
  return { task, peer: "echo", window };
}

function serve(task: Task, window: number): Case {
  return { task, peer: "client", window };
}

export function rows(): Row[] {
  const list: Row[] = [];
  const places = TRANSPORTS.flatMap((transport) => SIZES.map((size) => ({ transport, size })));
  const name = (what: string, transport: Transport, size: number): string =>
    `${what}, ${transport}, ${sizeName(size)}`;
  for (const [what, which] of PAIRED) {
    for (const { transport, size } of places) {
      list.push({
        name: name(what, transport, size),
        program: { subject: "tx0mq", ...which, transport, size },
        beside: { subject: "zeromq", ...which, transport, size },
        reference: "zeromq",
        target: OF_BARE,
      });
    }
  }
  for (const [what, which, beside, target] of ALONE) {
    for (const { transport, size } of places) {
      list.push({
        name: name(what, transport, size),
        program: { subject: "tx0mq", ...which, transport, size },
        beside: { subject: "tx0mq", ...beside, transport, size },
        reference: beside.task.toUpperCase(),
        target,
      });
    }
  }
  return list;
}
