/** The engine that the tests run on, as the library chooses it: by `TX0MQ_ENGINE`. */
export const ENGINE = process.env.TX0MQ_ENGINE || "zeromq";

/**
 * Skips a test on the engine in TypeScript, which differs there. The report shows the reason.
 *
 * @returns what the test runner's option `skip` takes
 */
export function onZmtp(reason: string): string | false {
  return ENGINE === "zmtp" && reason;
}

/** Buffers of the system that hold little. The engine in TypeScript cannot set them, and so leaves them as they are. */
export const SMALL_SEND_BUFFER = ENGINE === "zmtp" ? {} : { sendBufferSize: 4096 };
export const SMALL_RECEIVE_BUFFER = ENGINE === "zmtp" ? {} : { receiveBufferSize: 4096 };
