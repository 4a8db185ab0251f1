/** The engine on the `zeromq` package, which brings libzmq. */
import type { Engine } from "../engine.js";
import { capability, curveKeyPair, version } from "./binding.js";
import { createContext } from "./context.js";

export const zeromqEngine: Engine = {
  zmqVersion: version,
  has: (name) => (capability as Readonly<Record<string, boolean | undefined>>)[name] === true,
  curveKeyPair,
  createContext,
};
