import { ZmqOptionError } from "../errors.js";
import type { ZmqFactory } from "../factory.js";
import type { ConnectionOptions } from "../options.js";

/** Where the ZAP handler of a context is bound (RFC 27). */
export const ZAP_ADDRESS = "inproc://zeromq.zap.01";
/** The domain of a server that sets none. */
const DOMAIN = "global";

/**
 * Checks that the security options make one whole mechanism. libzmq takes any of them: with half a key pair
 * each handshake fails, and a CURVE server without a key has one that all know.
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

  if (options.zapEnforceDomain) {
    want({ ...options, ...zapOptions(options) }, "zapDomain", "zapEnforceDomain");
  }
}

/**
 * The ZAP options that a socket gets. With a domain, or a CURVE server, and no handler, libzmq lets all clients
 * in, unless ZMQ_ZAP_ENFORCE_DOMAIN is set, which needs a domain. So both are set, unless the option is given
 * as false.
 */
export function zapOptions(options: Readonly<ConnectionOptions>): ConnectionOptions {
  const { plainServer, curveServer, plainUsername, curveServerKey } = options;
  if (plainUsername !== undefined || curveServerKey !== undefined) return {}; // a client asks nobody
  const zapDomain = options.zapDomain ?? (plainServer || curveServer ? DOMAIN : undefined);
  if (zapDomain === undefined) return {};
  return { zapDomain, zapEnforceDomain: options.zapEnforceDomain ?? true };
}

/**
 * Checks that there is an authenticator, if the options need one.
 *
 * @throws {ZmqOptionError}
 */
export function checkHandler(factory: ZmqFactory, options: Readonly<ConnectionOptions>): void {
  const { plainServer, curveServer, plainUsername, curveServerKey } = options;
  if (!options.zapEnforceDomain || plainUsername !== undefined || curveServerKey !== undefined) {
    return;
  }
  // The handler of a shared context may be in another thread.
  if (factory.shared || hasHandler(factory)) return;
  const option = plainServer ? "plainServer" : curveServer ? "curveServer" : "zapDomain";
  const unless = plainServer ? "" : ", or set zapEnforceDomain: false to let everybody in";
  throw new ZmqOptionError(
    option,
    `nobody decides who may come in: make a ZmqAuthenticator on the factory first${unless}`,
  );
}

function hasHandler(factory: ZmqFactory): boolean {
  return [...factory.connections].some(({ endpoints }) =>
    endpoints.some(({ type, address }) => type === "bind" && address === ZAP_ADDRESS),
  );
}

function want(options: object, name: keyof ConnectionOptions, who: string): void {
  if ((options as Record<string, unknown>)[name] !== undefined) return;
  throw new ZmqOptionError(name, `is missing: ${who} needs it`);
}
