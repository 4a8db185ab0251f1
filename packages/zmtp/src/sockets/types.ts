import { Client } from "./client.js";
import { Dealer } from "./dealer.js";
import { Dgram } from "./dgram.js";
import { Dish } from "./dish.js";
import { Gather } from "./gather.js";
import { Pair } from "./pair.js";
import { Pub } from "./pub.js";
import { Pull } from "./pull.js";
import { Push } from "./push.js";
import { Radio } from "./radio.js";
import { Rep } from "./rep.js";
import { Req } from "./req.js";
import { Router } from "./router.js";
import { Scatter } from "./scatter.js";
import { Server } from "./server.js";
import { type RoutingOptions, SocketError, type SocketType } from "./socket.js";
import { Stream } from "./stream.js";
import { Sub } from "./sub.js";
import { Xpub } from "./xpub.js";
import { Xsub } from "./xsub.js";

/** All about a socket type. */
interface TypeEntry {
  readonly create: new (options: RoutingOptions) => SocketType;
  /** The types that its peers may have: as in RFC 37, "The READY Command"; for drafts, as in libzmq. */
  readonly peers: readonly string[];
}

const TYPES = {
  PAIR: { create: Pair, peers: ["PAIR"] },
  PUB: { create: Pub, peers: ["SUB", "XSUB"] },
  SUB: { create: Sub, peers: ["PUB", "XPUB"] },
  REQ: { create: Req, peers: ["REP", "ROUTER"] },
  REP: { create: Rep, peers: ["REQ", "DEALER"] },
  DEALER: { create: Dealer, peers: ["REP", "DEALER", "ROUTER"] },
  ROUTER: { create: Router, peers: ["REQ", "DEALER", "ROUTER"] },
  PULL: { create: Pull, peers: ["PUSH"] },
  PUSH: { create: Push, peers: ["PULL"] },
  XPUB: { create: Xpub, peers: ["SUB", "XSUB"] },
  XSUB: { create: Xsub, peers: ["PUB", "XPUB"] },
  STREAM: { create: Stream, peers: [] },
  SERVER: { create: Server, peers: ["CLIENT"] },
  CLIENT: { create: Client, peers: ["SERVER"] },
  RADIO: { create: Radio, peers: ["DISH"] },
  DISH: { create: Dish, peers: ["RADIO"] },
  GATHER: { create: Gather, peers: ["SCATTER"] },
  SCATTER: { create: Scatter, peers: ["GATHER"] },
  DGRAM: { create: Dgram, peers: [] },
} satisfies Record<string, TypeEntry>;

/** The name of a socket type, as it stands in a handshake. */
export type SocketTypeName = keyof typeof TYPES;

/** @throws {SocketError} EINVAL: there is no such type here */
export function createSocketType(name: string, options: RoutingOptions): SocketType {
  if (!isSocketType(name)) throw new SocketError("EINVAL", `there are no ${name} sockets here`);
  return new TYPES[name].create(options);
}

export function isSocketType(name: string): name is SocketTypeName {
  return Object.hasOwn(TYPES, name);
}

/** Whether a socket of the first type may have a peer of the other. */
export function fits(name: string, peer: string): boolean {
  return isSocketType(name) && (TYPES[name].peers as readonly string[]).includes(peer);
}
