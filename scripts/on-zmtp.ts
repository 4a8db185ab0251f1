/* Which examples are tried on the engine in TypeScript (packages/zmtp), and when. */

/** The engine's package. */
export const ENGINE = "@tx0mq/zmtp";

/** Examples that the engine does not run, and why. */
export const LEFT_OUT: Readonly<Record<string, string>> = {};

/** Examples that npm test tries on it, and what for: together they have each socket type and transport. */
export const SELECTED: Readonly<Record<string, string>> = {
  "hello-world": "REQ, REP, and a proxy of ROUTER and DEALER; a server that comes later",
  "lazy-pirate": "a REQ that gives requests up, and is made anew",
  "clone-4": "PUB, SUB, ROUTER, DEALER, PUSH and PULL in one program; topics",
  "last-value-cache": "an XPUB that hears of every subscription",
  "weather-proxy": "XSUB and XPUB: subscriptions through a proxy",
  espresso: "a proxy that copies all to a PAIR",
  "multithreaded-relay": "PAIRs between threads, over inproc",
  "load-balancing-broker": "ROUTERs over ipc",
  "cooperative-simple": "PUSH and PULL over ipc",
  "draft-client-server": "CLIENT and SERVER",
  "draft-radio-dish": "RADIO and DISH over udp",
  "security-ironhouse": "CURVE, and who may come in",
  "monitoring-class": "what a monitor tells",
};
