import type { EngineEvent } from "../engine.js";

/** The connections at an address. */
interface Having {
  /** How many have had no handshake yet. */
  none: number;
  /** How many have had the first. */
  one: number;
  /** How many were told to have had both. */
  both: number;
}

/**
 * Tells which handshakes over `ws://` are those of ZMTP. libzmq reports two with the same event, first that of
 * the WebSocket, and does not say which connection an event is about. So a handshake is taken for the second one
 * of a connection that has had its first, if there is one. While several connections are at theirs, a peer may
 * be told a moment early; if it is refused then, it is told to have gone.
 */
export class WebHandshakes {
  readonly #at = new Map<string, Having>();

  /** What is to be told of an event. To be asked of each one, in order. */
  toTell(event: EngineEvent): readonly EngineEvent[] {
    const { type, address = "" } = event;
    if (!address.startsWith("ws:")) return [event];
    let having = this.#at.get(address);
    // If libzmq refuses a server, it may not say so: a new connection to it begins anew.
    if (having === undefined || type === "connect") {
      having = { none: 0, one: 0, both: 0 };
      this.#at.set(address, having);
    }
    if (type === "accept" || type === "connect") having.none += 1;
    else if (type === "handshake") return isSecond(having) ? [event] : [];
    else if (type.startsWith("handshake:error") && wasTold(having, type)) {
      return [{ type: "disconnect", address }, event];
    }
    return [event];
  }
}

function isSecond(having: Having): boolean {
  if (having.one > 0) {
    having.one -= 1;
    having.both += 1;
    return true;
  }
  if (having.none > 0) having.none -= 1;
  having.one += 1;
  return false;
}

/** A handshake has failed. @returns whether it had been told to have succeeded */
function wasTold(having: Having, type: string): boolean {
  // Clients are refused in the second one.
  const isFirst = having.none > 0 && type !== "handshake:error:auth";
  if (isFirst) having.none -= 1;
  else if (having.one > 0) having.one -= 1;
  else if (having.both > 0) {
    // What was taken for its second one was the first one of two connections. The other is not through yet.
    having.both -= 1;
    having.one += 1;
    return true;
  }
  return false;
}
