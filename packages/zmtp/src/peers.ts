import type { Connection } from "./connection.js";
import { writeMetadata } from "./protocol/commands.js";
import { ProtocolError } from "./protocol/message.js";
import type { Options } from "./settings.js";
import { fits, isSocketType, type SocketTypeName } from "./sockets/types.js";

/** Types that tell their routing id in the handshake (RFC 37). */
const NAMED: ReadonlySet<string> = new Set(["REQ", "DEALER", "ROUTER"]);

/** The properties that a socket sends in a handshake. */
export function ownMetadata(name: SocketTypeName, { routingId = "" }: Options): Buffer {
  return writeMetadata(
    NAMED.has(name)
      ? { "Socket-Type": name, Identity: routingId as string | Uint8Array }
      : { "Socket-Type": name },
  );
}

/** @throws {ProtocolError} if a socket of this type may not have a peer of the peer's type */
export function checkPeerType(name: SocketTypeName, { mechanism }: Connection): void {
  const peer = mechanism?.peer.get("socket-type")?.toString("latin1") ?? "";
  if (fits(name, peer)) return;
  if (peer === "") throw new ProtocolError("the peer does not tell the type of its socket");
  const shown = isSocketType(peer) ? peer : JSON.stringify(peer); // which may be anything
  throw new ProtocolError(`the peer is a ${shown} socket`);
}
