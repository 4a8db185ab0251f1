import { AuthenticationError, type Mechanism, type ZapReply } from "../mechanisms/mechanism.js";
import { writeMetadata } from "../protocol/commands.js";

/** A command on its way: who sends it, and its frame's body. */
export interface Sent {
  readonly from: "client" | "server";
  readonly body: Buffer;
}

/** How two mechanisms got on. */
export interface Outcome {
  /** The commands that were delivered, as they were sent. */
  readonly log: Sent[];
  readonly clientError: unknown;
  readonly serverError: unknown;
}

/** Metadata of our own for a mechanism. */
export const METADATA: Buffer = writeMetadata({ "Socket-Type": "DEALER", Identity: "ada" });

/** A ZAP handler's answer. */
export function answer(status: string, more: Partial<ZapReply> = {}): ZapReply {
  return { status, text: "", userId: "", metadata: new Map(), ...more };
}

/**
 * Lets two mechanisms talk, as two sessions would: until both are silent, or one has failed. A refusal is
 * delivered as well.
 *
 * @param tamper is asked about each command, by its number, and gives what is delivered instead
 */
export async function shake(
  client: Mechanism,
  server: Mechanism,
  tamper: (n: number, sent: Sent) => readonly Buffer[] = (_, { body }) => [body],
): Promise<Outcome> {
  const log: Sent[] = [];
  const queue: Sent[] = [];
  const sides = { client, server };
  const errors: { client?: unknown; server?: unknown } = {};

  const speak = (from: "client" | "server"): void => {
    const side = sides[from];
    for (let body = side.next(); body !== undefined; body = side.next()) queue.push({ from, body });
  };
  const attempt = async (
    who: "client" | "server",
    what: () => Promise<void> | undefined,
  ): Promise<void> => {
    try {
      const asked = what();
      if (asked === undefined) return;
      await asked.catch((error: unknown) => {
        const refused = error instanceof AuthenticationError;
        const body = refused ? sides[who].refusal?.(error) : undefined;
        if (body !== undefined) queue.push({ from: who, body });
        throw error;
      });
    } catch (error) {
      errors[who] ??= error;
    }
  };

  for (const who of ["client", "server"] as const) {
    await attempt(who, () => sides[who].begin?.());
    if (errors[who] === undefined) speak(who);
  }
  for (let sent = queue.shift(); sent !== undefined; sent = queue.shift()) {
    const to = sent.from === "client" ? "server" : "client";
    const bodies = tamper(log.length, sent);
    log.push(sent);
    for (const body of bodies) {
      if (errors[to] !== undefined) break;
      await attempt(to, () => sides[to].received(body));
      if (errors[to] === undefined) speak(to);
    }
  }
  return { log, clientError: errors.client, serverError: errors.server };
}
