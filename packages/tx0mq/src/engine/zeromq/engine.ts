/** The engine on the `zeromq` package, which brings libzmq. */
import type { Engine } from "../engine.js";
import { binding } from "./binding.js";
import { createContext } from "./context.js";

export const zeromqEngine: Engine = {
  get zmqVersion() {
    return binding().version;
  },
  has: (name) =>
    (binding().capability as Readonly<Record<string, boolean | undefined>>)[name] === true,
  createContext,
};
