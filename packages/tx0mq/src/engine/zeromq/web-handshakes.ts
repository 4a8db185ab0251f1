import type { EngineEvent } from "../engine.js";

/**
 * Tells which handshakes over `ws://` are those of ZMTP. libzmq reports two with the same event, first that of
 * the WebSocket, and does not say which connection an event is about. So a handshake is taken for the second one
 * of a connection that has had its first, if there is one. While several connections are at theirs, one may be
 * told a moment early; when all of them are through, their number is right.
 */
export class WebHandshakes {
  /** The connections at each address that have had no handshake yet, and those that have had the first. */
  readonly #at = new Map<string, { none: number; one: number }>();

  /** Whether the event is a WebSocket's handshake alone. To be asked of each event, in order. */
  isHalf({ type, address = "" }: EngineEvent): boolean {
    if (!address.startsWith("ws:")) return false;
    const having = this.#at.get(address) ?? { none: 0, one: 0 };
    this.#at.set(address, having);
    if (type === "accept" || type === "connect") having.none += 1;
    // If libzmq refuses a server, it does not say so.
    if (type === "connect") having.one = 0;
    else if (type === "handshake") return !this.#isSecond(having);
    else if (type.startsWith("handshake:error")) {
      // A client is refused in the second.
      const isLate = having.one > 0 && (having.none === 0 || type === "handshake:error:auth");
      if (isLate) having.one -= 1;
      else if (having.none > 0) having.none -= 1;
    }
    return false;
  }

  #isSecond(having: { none: number; one: number }): boolean {
    if (having.one > 0) {
      having.one -= 1;
      return true;
    }
    if (having.none > 0) having.none -= 1;
    having.one += 1;
    return false;
  }
}
