/** What is measured beside the peers: every row is one piece of work, done by each peer. */
import { highWaterMark, sizeName, TRANSPORTS, type Transport } from "../programs/program.ts";

/** Names that all programs understand; see programs/harness.py. */
export type Work = "receive" | "send" | "publish" | "req" | "in-flight";

/** What the C program at the other end does; see programs/other-end.c. */
export type Role = "source" | "portions" | "sink" | "subscribers" | "echo" | "broker";

export type Group =
  | "receive"
  | "send"
  | "3 parts"
  | "publish"
  | "round trips"
  | "in flight"
  | "both ends"
  | "many messages"
  | "many connections";

export interface Row {
  readonly name: string;
  readonly group: Group;
  readonly work: Work;
  readonly transport: Transport;
  /** Bytes of a frame. */
  readonly size: number;
  /** Frames of a message. */
  readonly parts: number;
  /** Requests in flight. */
  readonly window: number;
  readonly subscribers: number;
  /** Sockets that the measured program opens. */
  readonly connections: number;
  readonly highWaterMark: number;
  /** Whether the other end is no C program, but on what is measured. */
  readonly bothEnds: boolean;
  /** A round ends after so many; where there is none, after its time. */
  readonly count: number | undefined;
  readonly quick: boolean;
}

const ROLES: Readonly<Record<Work, Role>> = {
  receive: "source",
  send: "sink",
  publish: "subscribers",
  req: "echo",
  "in-flight": "broker",
};

/** What is at the other end. Where messages are counted out, none is sent before the round. */
export function otherEnd({ work, count }: Row): Role {
  return work === "receive" && count !== undefined ? "portions" : ROLES[work];
}

const KIB = 1024;
const SIZES = [16, 256, KIB, 64 * KIB, KIB * KIB] as const;

type Given = Pick<Row, "name" | "group" | "work"> & Partial<Row>;

function row(given: Given): Row {
  const size = given.size ?? 16;
  const connections = given.connections ?? 1;
  return {
    transport: "tcp",
    size,
    parts: 1,
    window: 1,
    subscribers: 1,
    connections,
    // What all connections together may hold does not depend on how many they are.
    highWaterMark: Math.max(10, Math.round(highWaterMark(size) / connections)),
    bothEnds: false,
    count: undefined,
    quick: false,
    ...given,
  };
}

const BOTH_ENDS: readonly Omit<Given, "group">[] = [
  { name: "PUSH to PULL, tcp, 16 B", work: "send" },
  { name: "PUSH to PULL, tcp, 1 MiB", work: "send", size: KIB * KIB },
  { name: "PUB to 10 SUBs, tcp, 16 B", work: "publish", subscribers: 10, quick: true },
  { name: "round trip, tcp, 16 B", work: "req" },
  {
    name: "100 in flight through a broker, tcp, 16 B",
    work: "in-flight",
    window: 100,
    highWaterMark: 2000,
  },
];

export function rows(): Row[] {
  const list: Row[] = [];
  for (const group of ["receive", "send"] as const) {
    for (const transport of TRANSPORTS) {
      for (const size of SIZES) {
        const name = `${group}, ${transport}, ${sizeName(size)}`;
        const quick = transport === "tcp" && (size === 16 || size === 64 * KIB);
        list.push(row({ name, group, work: group, transport, size, quick }));
      }
    }
  }
  for (const work of ["receive", "send"] as const) {
    for (const transport of ["tcp", "ipc"] as const) {
      const name = `${work} 3 parts, ${transport}, 16 B each`;
      list.push(row({ name, group: "3 parts", work, transport, parts: 3 }));
    }
  }
  for (const size of [16, KIB]) {
    for (const subscribers of [1, 10]) {
      const to = subscribers === 1 ? "1 SUB" : `${subscribers} SUBs`;
      const name = `PUB to ${to}, tcp, ${sizeName(size)}`;
      const quick = size === 16;
      list.push(row({ name, group: "publish", work: "publish", size, subscribers, quick }));
    }
  }
  for (const transport of TRANSPORTS) {
    for (const size of [16, KIB, 64 * KIB]) {
      const name = `round trip, ${transport}, ${sizeName(size)}`;
      const quick = transport === "tcp" && size === 16;
      list.push(row({ name, group: "round trips", work: "req", transport, size, quick }));
    }
  }
  for (const window of [1, 10, 100, 1000]) {
    const name = `${window.toLocaleString("en")} in flight through a broker, tcp, 16 B`;
    const quick = window === 1 || window === 100;
    // A ROUTER whose queue for a peer is full drops replies, and may take it for full at half of that.
    const highWaterMark = 10 * window + 1000;
    list.push(row({ name, group: "in flight", work: "in-flight", window, highWaterMark, quick }));
  }
  for (const given of BOTH_ENDS) {
    const group = "both ends";
    list.push(row({ ...given, name: `both ends: ${given.name}`, group, bothEnds: true }));
  }
  for (const count of [10_000, 100_000, 1_000_000, 10_000_000]) {
    const name = `receive ${count.toLocaleString("en")} messages, tcp, 16 B`;
    const quick = count <= 100_000;
    list.push(row({ name, group: "many messages", work: "receive", count, quick }));
  }
  for (const connections of [1, 10, 100, 1000]) {
    const on = `${connections.toLocaleString("en")} ${connections === 1 ? "connection" : "connections"}`;
    const name = `receive on ${on}, tcp, 16 B`;
    const quick = connections === 1 || connections === 100;
    list.push(row({ name, group: "many connections", work: "receive", connections, quick }));
  }
  return list;
}
