import type { Session } from "./session.js";

/** A connection as its pipe sees it: a `Session`, or, without ZMTP, a `RawSession`. */
export interface Connection
  extends Pick<
    Session,
    | "ready"
    | "mechanism"
    | "peerMinor"
    | "left"
    | "idle"
    | "pending"
    | "hasMore"
    | "isPlain"
    | "add"
    | "addEncoded"
    | "addCommand"
    | "flush"
    | "read"
    | "paused"
    | "pause"
    | "readOn"
    | "finish"
    | "fail"
    | "destroy"
  > {
  /** If the socket ends the connection, what it sent still leaves: that is how a reply without ZMTP ends. */
  readonly isPatient?: boolean;
}
