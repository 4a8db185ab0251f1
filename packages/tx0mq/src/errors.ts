import { isUtf8 } from "node:buffer";
import { isNativeError } from "node:util/types";

/** The kind of error, as a stable string that programs may compare. */
export type ZmqErrorCode =
  | "ERR_ZMQ_ADDRESS_IN_USE"
  | "ERR_ZMQ_ARGUMENT"
  | "ERR_ZMQ_CLOSED"
  | "ERR_ZMQ_ENDPOINT"
  | "ERR_ZMQ_OPTION"
  | "ERR_ZMQ_PROTOCOL"
  | "ERR_ZMQ_QUEUE_FULL"
  | "ERR_ZMQ_STATE"
  | "ERR_ZMQ_SYSTEM"
  | "ERR_ZMQ_TIMEOUT"
  | "ERR_ZMQ_UNKNOWN_REQUEST"
  | "ERR_ZMQ_UNROUTABLE"
  | "ABORT_ERR";

interface Details {
  address?: string | undefined;
  errno?: string | undefined;
  cause?: unknown;
}

/** Base of all errors that tx0mq throws, rejects with or emits. */
export class ZmqError extends Error {
  /** The kind of error: stable from release to release. */
  readonly code: ZmqErrorCode;
  /** Written out in each class: a minifier changes the names of classes. */
  override readonly name: string = "ZmqError";
  /** The address that the error is about, if there is one. */
  declare readonly address?: string;
  /** The name of libzmq's error number (`"EADDRINUSE"`), if the error came from there. */
  declare readonly errno?: string;

  constructor(code: ZmqErrorCode, message: string, { address, errno, cause }: Details = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    if (address !== undefined) this.address = address;
    if (errno !== undefined) this.errno = errno;
  }
}

/** Another socket, of this process or of another, is bound to the address. */
export class ZmqAddressInUseError extends ZmqError {
  override readonly name: string = "ZmqAddressInUseError";
  constructor(address: string, errno?: string) {
    super(
      "ERR_ZMQ_ADDRESS_IN_USE",
      `address in use: ${address} (stop the program that is bound to it, or bind another address)`,
      { address, errno },
    );
  }
}

/** A value that does not fit its use: a message of `undefined`, a tag with a NUL. */
export class ZmqArgumentError extends ZmqError {
  override readonly name: string = "ZmqArgumentError";
  constructor(message: string) {
    super("ERR_ZMQ_ARGUMENT", message);
  }
}

/** The connection or the factory is shut down, or was shut down while the operation waited. */
export class ZmqClosedError extends ZmqError {
  override readonly name: string = "ZmqClosedError";
  constructor(what: string) {
    super("ERR_ZMQ_CLOSED", `${what} has been shut down`);
  }
}

/** An address that cannot be bound or connected to: a typo, an unknown interface, no permission. */
export class ZmqEndpointError extends ZmqError {
  override readonly name: string = "ZmqEndpointError";
  constructor(address: string, why: string, errno?: string) {
    super("ERR_ZMQ_ENDPOINT", `bad endpoint ${JSON.stringify(address)}: ${why}`, {
      address,
      errno,
    });
  }
}

/** An option that the socket type does not have, or a value that the option does not take. */
export class ZmqOptionError extends ZmqError {
  override readonly name: string = "ZmqOptionError";
  /** The option's name. */
  readonly option: string;

  constructor(option: string, why: string, errno?: string) {
    super("ERR_ZMQ_OPTION", `option ${option}: ${why}`, { errno });
    this.option = option;
  }
}

/** A malformed message from the network, for the connection that reads it. It was dropped. */
export class ZmqProtocolError extends ZmqError {
  override readonly name: string = "ZmqProtocolError";
  /** The frames of the message that was refused. */
  readonly frames: readonly Buffer[];

  constructor(why: string, frames: readonly Buffer[]) {
    super("ERR_ZMQ_PROTOCOL", `malformed message refused: ${why}`);
    this.frames = frames;
  }
}

/**
 * As many messages wait to be sent as `sendQueueLimit` allows, or as many bytes as may wait for one peer
 * that does not read. This message was not taken.
 */
export class ZmqQueueFullError extends ZmqError {
  override readonly name: string = "ZmqQueueFullError";
  /** The peer that does not read, if there is one. */
  readonly routingId?: Buffer | number;

  /** @param limit how many messages may wait or, with a `routingId`, how many bytes */
  constructor(limit: number, routingId?: Buffer | number) {
    super(
      "ERR_ZMQ_QUEUE_FULL",
      routingId === undefined
        ? `${limit} messages wait to be sent already; await send() so as not to outrun the peers, or raise sendQueueLimit`
        : `${limit} bytes wait already for the peer with the routing id ${shownId(routingId)}, which does not read them`,
    );
    if (routingId !== undefined) this.routingId = routingId;
  }
}

/** The socket cannot do that now: a REQ that sends twice, a REP that has nothing to reply to. */
export class ZmqStateError extends ZmqError {
  override readonly name: string = "ZmqStateError";
  constructor(message: string, errno?: string) {
    super("ERR_ZMQ_STATE", message, { errno });
  }
}

/** An error of libzmq or of the operating system that has no kind of its own here. */
export class ZmqSystemError extends ZmqError {
  override readonly name: string = "ZmqSystemError";
  constructor(message: string, errno?: string, address?: string, cause?: unknown) {
    super("ERR_ZMQ_SYSTEM", message, { errno, address, cause });
  }
}

/**
 * An operation took longer than its time-out. From `send()` and `receive()` its `errno` is `"EAGAIN"`, as
 * libzmq's is after ZMQ_SNDTIMEO and ZMQ_RCVTIMEO.
 */
export class ZmqTimeoutError extends ZmqError {
  override readonly name: string = "ZmqTimeoutError";
  /** The time-out, in milliseconds. */
  readonly timeout: number;

  constructor(what: string, timeout: number, errno?: string) {
    super("ERR_ZMQ_TIMEOUT", `no ${what} within ${timeout} ms`, { errno });
    this.timeout = timeout;
  }
}

/** A reply to a request that is not open: replied to before, never received, or given up on. */
export class ZmqUnknownRequestError extends ZmqError {
  override readonly name: string = "ZmqUnknownRequestError";
  constructor(id: unknown) {
    super(
      "ERR_ZMQ_UNKNOWN_REQUEST",
      `no open request ${String(id)}: it was replied to already, never received, or dropped because more than maxOpenRequests were open`,
    );
  }
}

/** No connected peer has the routing id that the message is addressed to. */
export class ZmqUnroutableError extends ZmqError {
  override readonly name: string = "ZmqUnroutableError";
  /** The routing id: a SERVER's are numbers, those of all other types are bytes. */
  readonly routingId: Buffer | number;

  constructor(routingId: Buffer | number, errno?: string) {
    super(
      "ERR_ZMQ_UNROUTABLE",
      `no peer with the routing id ${shownId(routingId)} is connected: it has gone, or has not come yet`,
      { errno },
    );
    this.routingId = routingId;
  }
}

/** Longer routing ids are not shown whole. No peer has one of more than 255 bytes. */
const SHOWN = 255;

/** A routing id as text if it is text, else in hexadecimal digits. */
function shownId(id: Buffer | number): string {
  if (typeof id === "number") return String(id);
  const bytes = id.subarray(0, SHOWN);
  const more = id.length > SHOWN ? "…" : "";
  const text = bytes.toString();
  if (isUtf8(bytes) && /^[^\p{C}\p{Z}][^\p{C}]*$/u.test(text)) return JSON.stringify(text) + more;
  return `0x${bytes.toString("hex")}${more}`;
}

/** The operation's `AbortSignal` was aborted; its reason is the `cause`. Named as Node names it. */
export class ZmqAbortError extends ZmqError {
  override readonly name: string = "AbortError";
  constructor(reason: unknown) {
    super("ABORT_ERR", "the operation was aborted", { cause: reason });
  }
}

/** A wrong value as an error shows it. */
export function shown(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

/**
 * Lets the error's stack begin where the program called the library. Node also prints that line if the program
 * does not catch the error.
 *
 * @param entries functions that the program may have called, the outermost first
 */
export function fromCaller(error: unknown, ...entries: Callable[]): unknown {
  if (error instanceof ZmqError) {
    const entry = entries.find(isOnStack);
    if (entry !== undefined) Error.captureStackTrace(error, entry);
  }
  return error;
}

/** As {@link fromCaller}, for a promise that rejects later: in a timer's callback the caller is not on the stack. */
export async function awaited<T>(promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    throw fromCaller(error, awaited);
  }
}

export type Callable =
  | ((...args: never[]) => unknown)
  | (abstract new (
      ...args: never[]
    ) => unknown);

/** A derived class without a constructor of its own has no frame on the stack. */
function isOnStack(entry: Callable): boolean {
  const probe: { stack?: string } = {};
  Error.captureStackTrace(probe, entry);
  return String(probe.stack).includes("\n");
}

const ENDPOINT_ERRORS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EADDRNOTAVAIL: "no interface of this machine has that address",
  EINVAL: "it cannot be parsed",
  ENAMETOOLONG: "the path is too long for a Unix socket",
  ENOCOMPATPROTO: "this socket type cannot use this transport",
  ENODEV: "no such interface (bind takes an interface's name or address, not a host name)",
  ENOENT: "no such folder",
  ENOTDIR: "a part of the path is not a folder",
  EPROTONOSUPPORT: "the engine does not have this transport",
};

/**
 * Whether it is an error, also one of another realm: in a test of jest the binding and Node throw errors that are
 * no instances of the test's `Error`.
 */
export function isError(value: unknown): value is Error {
  return value instanceof Error || isNativeError(value);
}

/** The option that an engine does not take. */
function optionOf(error: unknown): string | undefined {
  const option: unknown = isError(error) && "option" in error ? error.option : undefined;
  return typeof option === "string" ? option : undefined;
}

/** libzmq's name of the error, such as EAGAIN, if an engine has thrown it. */
export function errnoOf(error: unknown): string | undefined {
  const code: unknown = isError(error) && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}

/** Translates an error that the engine met while it dealt with an address. */
export function endpointError(error: unknown, address: string): ZmqError {
  if (error instanceof ZmqError) return error;
  const errno = errnoOf(error);
  if (errno === "EADDRINUSE") return new ZmqAddressInUseError(address, errno);
  const why = errno === undefined ? undefined : ENDPOINT_ERRORS[errno];
  if (why !== undefined) return new ZmqEndpointError(address, why, errno);
  return systemError(error, `cannot use ${address}`, address);
}

/**
 * Translates an error that the engine met on a socket.
 *
 * @param to the peer that a message was for
 */
export function socketError(error: unknown, what: string, to?: Buffer | number): ZmqError {
  if (error instanceof ZmqError) return error;
  const errno = errnoOf(error);
  const option = optionOf(error);
  if (option !== undefined) return new ZmqOptionError(option, (error as Error).message, errno);
  switch (errno) {
    case "EFSM":
      return new ZmqStateError(`${what}: not in the socket's present state`, errno);
    case "EHOSTUNREACH":
      return to === undefined ? systemError(error, what) : new ZmqUnroutableError(to, errno);
    case "EBADF":
    case "ENOTSOCK":
    case "ETERM":
      return new ZmqClosedError("the connection");
    default:
      return systemError(error, what);
  }
}

function systemError(error: unknown, what: string, address?: string): ZmqError {
  const errno = errnoOf(error);
  const message = isError(error) ? error.message : String(error);
  // An engine that has reached its own limit says what to do.
  const isOfProcess = errno === "EMFILE" && !message.includes("maxSockets");
  const hint = isOfProcess ? " (the process may open no more files and sockets)" : "";
  return new ZmqSystemError(`${what}: ${message}${hint}`, errno, address, error);
}
