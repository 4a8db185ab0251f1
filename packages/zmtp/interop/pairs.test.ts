/* Every pair of socket types beside libzmq: messages of all shapes, and pairs that do not fit. */
import type { SocketTypeName } from "tx0mq";
import { fits } from "../src/sockets/types.js";
import { type Stage, SUCCEEDED, same, subscribed } from "./same.js";

const TYPES = [
  "PAIR",
  "PUB",
  "SUB",
  "XPUB",
  "XSUB",
  "REQ",
  "REP",
  "DEALER",
  "ROUTER",
  "PUSH",
  "PULL",
] as const satisfies readonly SocketTypeName[];
const NAMED: readonly string[] = ["REQ", "DEALER", "ROUTER"];
const SUBSCRIBERS: readonly string[] = ["SUB", "XSUB"];
const MUTE: readonly string[] = ["SUB", "XSUB", "PULL"];
const DEAF: readonly string[] = ["PUB", "XPUB", "PUSH"];

const MIB = "m".repeat(2 ** 20);
const MESSAGES: readonly (readonly string[])[] = [
  ["one"],
  ["one", "two", "three"],
  [""],
  ["", "", ""],
  ["a", "", "c"],
  ["", "b", ""],
  ["x".repeat(255)],
  ["x".repeat(256), "\x00\x01\xff"],
  [MIB],
  [MIB, "", MIB],
];

/** What one sends so that the other gets this message. */
function envelope(type: string, other: string, name: string, message: readonly string[]) {
  const empty = type !== "REP" && (other === "REP" || other === "REQ") ? [""] : [];
  if (type === "ROUTER") return [name, ...empty, ...message];
  return type === "DEALER" && other === "REP" ? ["", ...message] : message;
}

const short = (message: readonly string[]) =>
  message.map((frame) => (frame === MIB ? "MiB" : frame.length > 300 ? "?" : frame));

for (const type of TYPES) {
  for (const other of TYPES) {
    if (!fits(type, other)) continue;
    same(`${type} and ${other}: messages of all shapes`, async (stage: Stage) => {
      const sut = await stage.sut(type, NAMED.includes(type) ? { routingId: "sut" } : {});
      const peer = await stage.peer(other, NAMED.includes(other) ? { routingId: "peer" } : {});
      await stage.meet(sut, peer);
      for (const [one, kind, from] of [
        [sut, type, peer],
        [peer, other, sut],
      ] as const) {
        if (!SUBSCRIBERS.includes(kind)) continue;
        if (kind === "XSUB") await one.send("\x01");
        else await one.set("subscribe", "");
        await subscribed(from, one);
      }
      const seen: unknown[] = [];
      const there = async (message: readonly string[]) => {
        if (MUTE.includes(type)) return;
        await sut.send(...envelope(type, other, "peer", message));
        seen.push(["there", short(await peer.receive())]);
      };
      const back = async (message: readonly string[]) => {
        if (DEAF.includes(type)) return;
        await peer.send(...envelope(other, type, "sut", message));
        seen.push(["back", short(await sut.receive())]);
      };
      for (const message of MESSAGES) {
        const begins = type === "REP" || other === "REQ" ? [back, there] : [there, back];
        for (const one of begins) await one(message);
      }
      return seen;
    });
  }
}

for (const type of TYPES) {
  same(
    `${type} and types that do not fit: no handshake succeeds`,
    async (stage: Stage) => {
      const seen: unknown[] = [];
      for (const other of TYPES) {
        if (fits(type, other)) continue;
        const sut = await stage.sut(type);
        const peer = await stage.peer(other);
        const [binds, connects] = stage.role === "binds" ? [sut, peer] : [peer, sut];
        await connects.connect(await binds.bind(stage.place()));
        await sut.saw("disconnected");
        await peer.saw("disconnected");
        seen.push([other, sut.count(SUCCEEDED), peer.count(SUCCEEDED)]);
      }
      return seen;
    },
    { transports: ["tcp"] },
  );
}
