import { channel } from "node:diagnostics_channel";
import type { AuthDecision, ZmqAuthenticator } from "./auth/authenticator.js";
import type { AnyConnection } from "./connection/any.js";
import type { Frame } from "./engine/engine.js";
import type { MonitorEvent } from "./monitor.js";

/** Published on the channel `tx0mq:send` when ZeroMQ has taken a message. */
export interface SendTrace {
  readonly connection: AnyConnection;
  /** As they go out: with the envelope, for a REP, an XREQ or an XREP. */
  readonly frames: readonly Frame[];
}

/** Published on the channel `tx0mq:receive` when a message has come out of ZeroMQ. */
export interface ReceiveTrace {
  readonly connection: AnyConnection;
  /** As they have come: with the envelope, for a REP, an XREQ or an XREP. */
  readonly frames: readonly Buffer[];
}

/** Published on the channel `tx0mq:event` for a connection's life and its monitor's events. */
export interface EventTrace {
  readonly connection: AnyConnection;
  readonly event: MonitorEvent | { readonly type: "open" | "shutdown" | "close" };
}

/** Published on the channel `tx0mq:auth` when an authenticator has decided. */
export interface AuthTrace {
  readonly authenticator: ZmqAuthenticator;
  readonly decision: AuthDecision;
}

/**
 * The library's channels of `node:diagnostics_channel`. Subscribe by name:
 * `diagnostics_channel.subscribe("tx0mq:receive", ({ connection, frames }) => …)`.
 * Without subscribers they cost one property read for each message.
 */
export const trace = {
  send: channel("tx0mq:send"),
  receive: channel("tx0mq:receive"),
  event: channel("tx0mq:event"),
  auth: channel("tx0mq:auth"),
};
