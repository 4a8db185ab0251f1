/** The names of libzmq's socket types, with the numbers of their ZMQ_ constants. */
export const SOCKET_TYPES = {
  PAIR: 0,
  PUB: 1,
  SUB: 2,
  REQ: 3,
  REP: 4,
  DEALER: 5,
  ROUTER: 6,
  PULL: 7,
  PUSH: 8,
  XPUB: 9,
  XSUB: 10,
  STREAM: 11,
  /* Draft types. */
  SERVER: 12,
  CLIENT: 13,
  RADIO: 14,
  DISH: 15,
  GATHER: 16,
  SCATTER: 17,
  DGRAM: 18,
} as const;

/** The name of a socket type, as `"PUB"`. */
export type SocketTypeName = keyof typeof SOCKET_TYPES;

/** Types that have nothing to receive. */
export const SEND_ONLY: ReadonlySet<SocketTypeName> = new Set(["PUB", "PUSH", "RADIO", "SCATTER"]);
/** Types that cannot send. */
export const RECEIVE_ONLY: ReadonlySet<SocketTypeName> = new Set(["SUB", "PULL", "DISH", "GATHER"]);
/** Types whose messages are one frame. */
export const SINGLE_FRAME: ReadonlySet<SocketTypeName> = new Set([
  "CLIENT",
  "SERVER",
  "RADIO",
  "DISH",
  "SCATTER",
  "GATHER",
]);
