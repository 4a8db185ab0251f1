import { curveKeyPair } from "tx0mq";
import {
  type Authenticate,
  AuthenticationError,
  type Mechanism,
  type MechanismOptions,
  type ZapReply,
} from "../mechanisms/mechanism.js";
import { chooseMechanism, type SecurityOptions } from "../mechanisms/mechanisms.js";
import { writeMetadata } from "../protocol/commands.js";

/** A command on its way: its sender, and its frame's body. */
export interface Sent {
  readonly from: "client" | "server";
  readonly body: Buffer;
}

/** The result of a handshake of two mechanisms. */
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
 * @param tamper called with each command and its number; gives the commands to deliver instead
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

/** The keys of a CURVE server, and of a client. */
export const SERVER_KEYS = curveKeyPair();
export const CLIENT_KEYS = curveKeyPair();
/** A ZAP handler that lets everybody in. */
export const yes: Authenticate = async () =>
  answer("200", { userId: "joe", metadata: new Map([["role", Buffer.from("admin")]]) });

/** The options of two sides that fit, and the commands of their handshake. */
export interface Kind {
  readonly client: SecurityOptions;
  readonly server: SecurityOptions;
  readonly commands: readonly string[];
}

export const KINDS: Record<"NULL" | "PLAIN" | "CURVE", Kind> = {
  NULL: { client: {}, server: {}, commands: ["READY", "READY"] },
  PLAIN: {
    client: { plainUsername: "admin", plainPassword: "secret" },
    server: { plainServer: true },
    commands: ["HELLO", "WELCOME", "INITIATE", "READY"],
  },
  CURVE: {
    client: {
      curvePublicKey: CLIENT_KEYS.publicKey,
      curveSecretKey: CLIENT_KEYS.secretKey,
      curveServerKey: SERVER_KEYS.publicKey,
    },
    server: { curveServer: true, curveSecretKey: SERVER_KEYS.secretKey },
    commands: ["HELLO", "WELCOME", "INITIATE", "READY"],
  },
};
export const NAMES = ["NULL", "PLAIN", "CURVE"] as const;

/** The mechanism of one connection. */
export function make(options: SecurityOptions, authenticate?: Authenticate): Mechanism {
  const all: MechanismOptions = { metadata: METADATA, authenticate };
  return chooseMechanism(options).create(all);
}

/** A client and a server of one kind. */
export function pair(
  name: keyof typeof KINDS,
  authenticate: Authenticate = yes,
): [Mechanism, Mechanism] {
  const { client, server } = KINDS[name];
  return [make(client), make(server, authenticate)];
}
