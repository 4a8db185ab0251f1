import type { RunEvent } from "./run.ts";

/** A socket of a run, and where it was bound and connected in its life. */
export interface Socket {
  readonly id: string;
  readonly process: string;
  type: string;
  readonly binds: string[];
  readonly connects: string[];
  /** Addresses as the program gave them. */
  readonly given: string[];
}

/** A message that went from one socket to another. */
export interface Arrow {
  /** When it came out of ZeroMQ. */
  readonly at: number;
  readonly from: string;
  readonly to: string;
  readonly frames: readonly string[];
}

export interface Matched {
  readonly sockets: ReadonlyMap<string, Socket>;
  readonly arrows: readonly Arrow[];
  /** Messages that came from nobody who was recorded. */
  readonly strays: number;
  /** Whether a socket had more messages than were recorded. */
  readonly more: boolean;
}

/** Which types a type sends to. */
const SENDS_TO: Readonly<Record<string, readonly string[]>> = {
  REQ: ["REP", "ROUTER"],
  REP: ["REQ", "DEALER"],
  DEALER: ["REP", "DEALER", "ROUTER"],
  ROUTER: ["REQ", "DEALER", "ROUTER"],
  PUB: ["SUB", "XSUB"],
  XPUB: ["SUB", "XSUB"],
  XSUB: ["PUB", "XPUB"],
  PUSH: ["PULL"],
  PAIR: ["PAIR"],
  CLIENT: ["SERVER"],
  SERVER: ["CLIENT"],
  RADIO: ["DISH"],
  SCATTER: ["GATHER"],
  PEER: ["PEER"],
  CHANNEL: ["CHANNEL"],
};
const TO_MANY = new Set(["PUB", "XPUB", "RADIO", "XSUB"]);
/** A message may come out of one process a little before the other has noted that it went in, in µs. */
const SLACK = 100_000;

interface Sent {
  readonly at: number;
  readonly id: string | undefined;
  readonly body: readonly string[];
  readonly takers: Set<string>;
}

/**
 * Finds for each message that was received the one that was sent: the first that is not taken yet, of a
 * socket that is connected with this one, with the same frames. A ROUTER's message has the peer's
 * identity in front, and others may have an envelope that their socket takes off or puts on.
 */
export function match(events: readonly RunEvent[]): Matched {
  const sockets = socketsOf(events);
  const sent = new Map<string, Sent[]>();
  const enough = new Map<string, number>();
  for (const event of events) {
    const socket = sockets.get(event.connection ?? "");
    if (socket === undefined) continue;
    if (event.what === "enough" && event.way === "send") enough.set(socket.id, event.at);
    if (event.what !== "send") continue;
    const list = sent.get(socket.id) ?? [];
    sent.set(socket.id, list);
    list.push({ at: event.at, ...parts(socket, event), takers: new Set() });
  }
  const senders = new Map<string, Socket[]>();
  for (const to of sockets.values()) {
    senders.set(
      to.id,
      Array.from(sockets.values()).filter((from) => areConnected(from, to)),
    );
  }
  /** Whom an identity of a ROUTER means. */
  const peers = new Map<string, string>();
  const isPeer = (router: string, id: string | undefined, other: string): boolean =>
    id === undefined || (peers.get(`${router} ${id}`) ?? other) === other;

  const arrows: Arrow[] = [];
  let strays = 0;
  for (const event of events) {
    const to = sockets.get(event.connection ?? "");
    if (event.what !== "receive" || to === undefined) continue;
    const { id, body } = parts(to, event);
    let best: { from: Socket; message: Sent; sure: boolean } | undefined;
    for (const from of senders.get(to.id) ?? []) {
      const many = TO_MANY.has(from.type);
      for (const message of sent.get(from.id) ?? []) {
        if (message.at > event.at + SLACK) break;
        if (many ? message.takers.has(to.id) : message.takers.size > 0) continue;
        if (!isSame(message.body, body)) continue;
        const sure = isPeer(to.id, id, from.id) && isPeer(from.id, message.id, to.id);
        if (
          best === undefined ||
          (sure && !best.sure) ||
          (sure === best.sure && message.at < best.message.at)
        )
          best = { from, message, sure };
        if (sure) break;
      }
    }
    if (best === undefined) {
      // Of one that sent more than was recorded it is known who sent it, where nobody else could.
      const busy = (senders.get(to.id) ?? []).filter(
        (from) => (enough.get(from.id) ?? Infinity) < event.at,
      );
      const [from] = busy;
      if (from === undefined || busy.length > 1) strays++;
      else arrows.push({ at: event.at, from: from.id, to: to.id, frames: body });
      continue;
    }
    const { from, message } = best;
    message.takers.add(to.id);
    if (id !== undefined) peers.set(`${to.id} ${id}`, from.id);
    if (message.id !== undefined) peers.set(`${from.id} ${message.id}`, to.id);
    arrows.push({ at: event.at, from: from.id, to: to.id, frames: message.body });
  }
  const more = events.some(({ what }) => what === "enough");
  return { sockets, arrows, strays, more };
}

function socketsOf(events: readonly RunEvent[]): Map<string, Socket> {
  const sockets = new Map<string, Socket>();
  for (const { connection: id, process, what, type = "", address = "", given = "" } of events) {
    if (id === undefined) continue;
    let socket = sockets.get(id);
    if (socket === undefined) {
      socket = { id, process, type, binds: [], connects: [], given: [] };
      sockets.set(id, socket);
    }
    socket.type ||= type;
    if (what !== "bind" && what !== "connect") continue;
    // Names within a process are of this process alone.
    const [owner] = process.split("/");
    const place = address.startsWith("inproc:") ? `${owner} ${address}` : address;
    socket[`${what}s`].push(place);
    socket.given.push(given);
  }
  return sockets;
}

function areConnected(from: Socket, to: Socket): boolean {
  return (
    (SENDS_TO[from.type] ?? []).includes(to.type) &&
    (from.binds.some((address) => to.connects.includes(address)) ||
      from.connects.some((address) => to.binds.includes(address)))
  );
}

/** A ROUTER's peer, and what it says. A REP is a ROUTER underneath, whose envelope is put on and taken off. */
function parts({ type }: Socket, { frames = [] }: RunEvent) {
  if (type !== "ROUTER" && type !== "REP") return { id: undefined, body: frames };
  const [id, ...rest] = frames;
  return { id, body: type === "REP" ? rest.slice(rest.indexOf("") + 1) : rest };
}

/** Whether one is the other, but for an envelope in front. */
function isSame(a: readonly string[], b: readonly string[]): boolean {
  const [long, short] = a.length > b.length ? [a, b] : [b, a];
  const front = long.length - short.length;
  return short.length > 0 && short.every((frame, i) => frame === long[front + i]);
}
