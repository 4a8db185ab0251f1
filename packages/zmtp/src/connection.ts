import type { Session } from "./session.js";

/** A connection as its pipe sees it: a `Session`, or, where there is no ZMTP, a `RawSession`. */
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
  /** What was sent leaves, even where the socket ends it then: that is how a reply without ZMTP ends. */
  readonly isPatient?: boolean;
}
