import { ZmqOptionError } from "../errors.js";
import type { ConnectionOptions } from "../options.js";

/**
 * Checks that the security options make one whole mechanism. libzmq takes any of them: half a key pair
 * is a handshake that fails for ever, a CURVE server without a key has one that everybody knows.
 *
 * @throws {ZmqOptionError} that names what is missing, or what is too much
 */
export function checkMechanism(options: Readonly<ConnectionOptions>): void {
  const { plainServer, plainUsername, plainPassword } = options;
  const { curveServer, curvePublicKey, curveSecretKey, curveServerKey } = options;

  const keys = { curvePublicKey, curveSecretKey, curveServerKey };
  const plain = plainServer || plainUsername !== undefined || plainPassword !== undefined;
  const curve = curveServer || Object.values(keys).some((key) => key !== undefined);
  if (plain && curve) {
    const option = plainServer ? "plainServer" : "plainUsername";
    throw new ZmqOptionError(option, "goes with no CURVE option: a socket has one mechanism");
  }

  if (plainServer && (plainUsername !== undefined || plainPassword !== undefined)) {
    const option = plainUsername === undefined ? "plainPassword" : "plainUsername";
    throw new ZmqOptionError(option, "is a client's; the ZAP handler knows those of all clients");
  }
  if (plainUsername !== undefined) want(options, "plainPassword", "a PLAIN client");
  if (plainPassword !== undefined) want(options, "plainUsername", "a PLAIN client");

  if (curveServer) {
    want(options, "curveSecretKey", "a CURVE server");
    if (curveServerKey !== undefined) {
      throw new ZmqOptionError("curveServerKey", "is a client's; a server has curveSecretKey");
    }
  } else if (curve) {
    const who = "a CURVE client (a server has curveServer: true)";
    for (const name of Object.keys(keys) as (keyof typeof keys)[]) want(options, name, who);
  }

  // Without a domain nobody is asked: a CURVE server lets everybody in, and a PLAIN server aborts.
  if (options.zapEnforceDomain && !options.zapDomain) {
    want({ ...options, zapDomain: undefined }, "zapDomain", "zapEnforceDomain");
  }
}

function want(options: object, name: keyof ConnectionOptions, who: string): void {
  if ((options as Record<string, unknown>)[name] !== undefined) return;
  throw new ZmqOptionError(name, `is missing: ${who} needs it`);
}
