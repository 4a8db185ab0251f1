/** The engine on the `zeromq` package, which brings libzmq. */
import type { Engine } from "../engine.js";
import { curveKeyPair, version } from "./binding.js";
import { createContext } from "./context.js";

export const zeromqEngine: Engine = {
  zmqVersion: version,
  curveKeyPair,
  createContext,
};
