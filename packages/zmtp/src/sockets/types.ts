import { Dealer } from "./dealer.js";
import { Pair } from "./pair.js";
import { Pull } from "./pull.js";
import { Push } from "./push.js";
import { Rep } from "./rep.js";
import { Req } from "./req.js";
import { Router } from "./router.js";
import type { RoutingOptions, SocketType } from "./socket.js";
export type SocketTypeName = string;
const T: Record<string, new (o: RoutingOptions) => SocketType> = {
  DEALER: Dealer,
  PAIR: Pair,
  PULL: Pull,
  PUSH: Push,
  REP: Rep,
  REQ: Req,
  ROUTER: Router,
};
export function createSocketType(n: string, o: RoutingOptions): SocketType {
  return new (T[n] as never as new (o: RoutingOptions) => SocketType)(o);
}
export function fits(_a: string, _b: string): boolean {
  return true;
}
