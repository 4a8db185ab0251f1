import type { Frame } from "../engine/engine.js";
import {
  type Callable,
  fromCaller,
  shown,
  ZmqArgumentError,
  ZmqClosedError,
  ZmqOptionError,
  ZmqStateError,
} from "../errors.js";
import { type Frames, type Message, sendable } from "../frames.js";
import { noOthers } from "../options.js";

/** Makes the reply to a request: a frame or a list of frames, now or later. */
export type RequestHandler = (request: Message) => Frames | Promise<Frames>;

/** Options of `serve`. */
export interface ServeOptions {
  /**
   * Makes the reply to a request whose handler threw, or undefined for no reply. Without this option there is an
   * `"error"` event and no reply.
   */
  onError?:
    | ((error: unknown, request: Message) => Frames | undefined | Promise<Frames | undefined>)
    | undefined;
}

/** The frames of the reply to a request; undefined if there is to be none. @throws errors for the `"error"` event */
export async function replyTo(
  request: Message,
  handler: RequestHandler,
  { onError }: ServeOptions,
): Promise<readonly Frame[] | undefined> {
  try {
    return asList(sendable(await handler(request)));
  } catch (error) {
    if (onError === undefined) throw error;
    const reply = await onError(error, request);
    return reply === undefined ? undefined : asList(sendable(reply));
  }
}

function asList(frames: Frames): readonly Frame[] {
  return Array.isArray(frames) ? frames : [frames as Frame];
}

/** What `serve` needs of a connection. */
interface Served<In> {
  readonly closed: boolean;
  toString(): string;
  serve: Callable;
  on(name: "message", listener: (request: In) => Promise<void>): unknown;
  once(name: "close", listener: () => void): unknown;
}

const served = new WeakSet<object>();

/** Has each request handled. @returns a promise that resolves when the connection is shut down */
export async function serve<In>(
  connection: Served<In>,
  handler: RequestHandler,
  { onError, ...others }: ServeOptions,
  handle: (request: In) => Promise<void>,
): Promise<void> {
  try {
    noOthers(others);
    if (onError !== undefined && typeof onError !== "function") {
      throw new ZmqOptionError("onError", `is a function, not ${shown(onError)}`);
    }
    if (typeof handler !== "function") {
      throw new ZmqArgumentError("a function makes the replies: serve(([name]) => reply)");
    }
    if (connection.closed) throw new ZmqClosedError(String(connection));
    if (served.has(connection)) throw new ZmqStateError(`${connection} is served already`);
    connection.on("message", handle);
    served.add(connection);
  } catch (error) {
    throw fromCaller(error, connection.serve);
  }
  await new Promise<void>((resolve) => {
    connection.once("close", resolve);
  });
}
