import { zeromqEngine } from "./engine/zeromq/engine.js";

/** The version of tx0mq. */
export const version = "0.1.0";

/** The version of libzmq that is loaded, as `"4.3.5"`. */
export const zmqVersion: string = zeromqEngine.zmqVersion;

/**
 * Whether libzmq was built with something that builds may leave out: `"draft"`, the draft socket types,
 * `"curve"`, `"ipc"`, `"gssapi"`, `"norm"`, `"pgm"`, `"tipc"`. zmq_has
 */
export function zmqHas(capability: string): boolean {
  return zeromqEngine.has(capability);
}

/**
 * A new pair of keys for the CURVE mechanism, each 40 characters of Z85 (RFC 32): for the options
 * `curvePublicKey`, `curveSecretKey` and, with the server's public key, `curveServerKey`.
 */
export function curveKeyPair(): { publicKey: string; secretKey: string } {
  return zeromqEngine.curveKeyPair();
}
