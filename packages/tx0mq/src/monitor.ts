import type { EngineEvent } from "./engine/engine.js";

/** The properties of all events of a connection's monitor. */
interface At {
  /** The endpoint's address, as libzmq writes it. */
  readonly address: string;
}
interface Failed extends At {
  readonly error: Error;
}

/** The events of a connection's monitor (zmq_socket_monitor) and their properties. */
export interface MonitorEvents {
  /** A connection to a peer was made. ZMQ_EVENT_CONNECTED */
  connected: At;
  /** A connection is on its way. ZMQ_EVENT_CONNECT_DELAYED */
  connectDelayed: At;
  /** A connection is tried again after `interval` ms. ZMQ_EVENT_CONNECT_RETRIED */
  retried: At & { readonly interval: number };
  /** The socket listens. ZMQ_EVENT_LISTENING */
  listening: At;
  /** A peer's connection was accepted. ZMQ_EVENT_ACCEPTED */
  accepted: At;
  /** A peer's connection could not be accepted. ZMQ_EVENT_ACCEPT_FAILED */
  acceptFailed: Failed;
  /** The ZMTP handshake with a peer succeeded: messages flow. ZMQ_EVENT_HANDSHAKE_SUCCEEDED */
  handshakeSucceeded: At;
  /**
   * A handshake failed: not ZMTP (`"protocol"`), another mechanism (`"protocol"` or `"other"`), refused by the
   * authenticator (`"auth"`), a `curveServerKey` that is not the server's (`"other"`: the server ends the connection).
   * ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL, _PROTOCOL, _AUTH
   */
  handshakeFailed: Failed & { readonly reason: "auth" | "protocol" | "other" };
  /** A peer was lost. ZMQ_EVENT_DISCONNECTED */
  disconnected: At;
  /** A listening or connecting endpoint was closed. ZMQ_EVENT_CLOSED */
  endpointClosed: At;
}

/** Any event of a monitor; `type` tells which. */
export type MonitorEvent = {
  [Name in keyof MonitorEvents]: { readonly type: Name } & MonitorEvents[Name];
}[keyof MonitorEvents];

const NAMES: Readonly<Record<string, keyof MonitorEvents>> = {
  connect: "connected",
  "connect:delay": "connectDelayed",
  "connect:retry": "retried",
  bind: "listening",
  accept: "accepted",
  "accept:error": "acceptFailed",
  handshake: "handshakeSucceeded",
  "handshake:error:auth": "handshakeFailed",
  "handshake:error:protocol": "handshakeFailed",
  "handshake:error:other": "handshakeFailed",
  disconnect: "disconnected",
  close: "endpointClosed",
};

/** The names of all monitor events. */
export const MONITOR_EVENTS: ReadonlySet<string | symbol> = new Set(Object.values(NAMES));

/** Translates an engine's event; undefined if it has no name here. */
export function monitorEvent(event: EngineEvent): MonitorEvent | undefined {
  const type = NAMES[event.type];
  if (type === undefined) return undefined;
  const reason = /^handshake:error:(.*)$/.exec(event.type)?.[1];
  return {
    type,
    address: event.address ?? "",
    ...(event.interval === undefined ? {} : { interval: event.interval }),
    ...(event.error === undefined ? {} : { error: event.error }),
    ...(reason === undefined ? {} : { reason }),
  } as MonitorEvent;
}
