import type { Greeting } from "../protocol/greeting.js";
import { ProtocolError } from "../protocol/message.js";
import { publicKeyOf } from "./box.js";
import { CurveClient } from "./curve-client.js";
import { CurveServer } from "./curve-server.js";
import { AuthenticationError, type Mechanism, type MechanismOptions } from "./mechanism.js";
import { NullMechanism } from "./null.js";
import { PlainClient, PlainServer } from "./plain.js";
import { invalid, readKey } from "./z85.js";

/** The options that concern security, as the library names them. */
export interface SecurityOptions {
  readonly plainServer?: boolean | undefined;
  readonly plainUsername?: string | Uint8Array | undefined;
  readonly plainPassword?: string | Uint8Array | undefined;
  readonly curveServer?: boolean | undefined;
  /** Keys are 40 characters of Z85 or 32 bytes. A server's public key is made of its secret key. */
  readonly curvePublicKey?: string | Uint8Array | undefined;
  readonly curveSecretKey?: string | Uint8Array | undefined;
  readonly curveServerKey?: string | Uint8Array | undefined;
}

/** The mechanism of a socket, for all its connections. */
export interface MechanismChoice {
  /** The name in the greeting. */
  readonly name: "NULL" | "PLAIN" | "CURVE";
  readonly asServer: boolean;
  /**
   * Checks that a peer has the same mechanism: there is no other to fall back to. It checks the role in a greeting as
   * far as it can: libzmq's servers do not say that they are servers.
   *
   * @throws {ProtocolError}
   */
  check(peer: Greeting): void;
  /** The mechanism of one connection. */
  create(options: MechanismOptions): Mechanism;
}

/**
 * The mechanism that the options ask for; NULL if they ask for none.
 *
 * @throws an Error with the code `"EINVAL"` if a part of the mechanism is missing, or if they ask for two
 */
export function chooseMechanism(options: SecurityOptions): MechanismChoice {
  const { plainServer, plainUsername, plainPassword } = options;
  const { curveServer, curvePublicKey, curveSecretKey, curveServerKey } = options;
  const plain = plainServer || plainUsername !== undefined || plainPassword !== undefined;
  const keys = [curvePublicKey, curveSecretKey, curveServerKey];
  const curve = curveServer || keys.some((key) => key !== undefined);
  if (plain && curve) throw invalid("a socket has one mechanism: PLAIN or CURVE");
  if (curve) return curveServer ? chooseCurveServer(options) : chooseCurveClient(options);
  if (plain) return choosePlain(options);
  return choice("NULL", false, (o) => new NullMechanism(o));
}

function choosePlain({
  plainServer,
  plainUsername,
  plainPassword,
}: SecurityOptions): MechanismChoice {
  if (plainServer) return choice("PLAIN", true, (o) => new PlainServer(o));
  const username = readText("plainUsername", plainUsername);
  const password = readText("plainPassword", plainPassword);
  return choice("PLAIN", false, (o) => new PlainClient(o, username, password));
}

function chooseCurveServer({ curveSecretKey }: SecurityOptions): MechanismChoice {
  const secretKey = wantKey("curveSecretKey", curveSecretKey);
  const keys = { publicKey: publicKeyOf(secretKey), secretKey };
  return choice("CURVE", true, (o) => new CurveServer(o, keys));
}

function chooseCurveClient(options: SecurityOptions): MechanismChoice {
  const publicKey = wantKey("curvePublicKey", options.curvePublicKey);
  const secretKey = wantKey("curveSecretKey", options.curveSecretKey);
  const serverKey = wantKey("curveServerKey", options.curveServerKey);
  return choice("CURVE", false, (o) => new CurveClient(o, serverKey, { publicKey, secretKey }));
}

function choice(
  name: MechanismChoice["name"],
  asServer: boolean,
  create: MechanismChoice["create"],
): MechanismChoice {
  const check = (peer: Greeting): void => {
    if (peer.mechanism !== name) {
      const its = JSON.stringify(peer.mechanism);
      const what = `the peer's mechanism is ${its}, and ours is ${name}`;
      throw new ProtocolError(what, "ERR_ZMTP_MECHANISM_MISMATCH");
    }
    if (asServer && peer.asServer) {
      throw new ProtocolError(`the peer is a server of ${name}, as we are`);
    }
  };
  return { name, asServer, check, create };
}

function wantKey(option: string, key: string | Uint8Array | undefined): Buffer {
  if (key === undefined) throw invalid(`${option} is missing`);
  return readKey(option, key);
}

function readText(option: string, text: string | Uint8Array | undefined): Buffer {
  if (text === undefined) throw invalid(`${option} is missing`);
  const bytes = Buffer.from(text as string);
  if (bytes.length > 255) throw invalid(`${option} has more than 255 bytes`);
  return bytes;
}

/**
 * Why a handshake has failed, as a monitor reports it. `"auth"` is ZMQ_EVENT_HANDSHAKE_FAILED_AUTH, with the
 * status as its value; `"protocol"` is ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL; `"other"` is
 * ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL: the connection broke, it took too long, or there is no ZAP handler.
 */
export function handshakeFailure(error: Error | undefined): "auth" | "protocol" | "other" {
  if (error instanceof AuthenticationError) return error.status === "" ? "other" : "auth";
  return error instanceof ProtocolError ? "protocol" : "other";
}
