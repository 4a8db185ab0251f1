import type { RoutingOptions } from "./socket.js";
import { Xpub } from "./xpub.js";

/** PUB (RFC 29): an XPUB from which you receive nothing, neither subscriptions nor messages. */
export class Pub extends Xpub {
  constructor(options: RoutingOptions) {
    super(options, false);
  }
}
