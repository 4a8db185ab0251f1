/* NULL with a domain, PLAIN and CURVE through whole sockets, with the library's authenticator, beside libzmq's. */
import { curveKeyPair } from "tx0mq";
import { type Stage, SUCCEEDED, same } from "./same.js";
import type { TestOptions } from "./sockets.js";

const SERVER = curveKeyPair();
const CLIENT = curveKeyPair();
const STRANGER = curveKeyPair();
const USERS = { admin: "secret" };

const curve = (keys: { publicKey: string; secretKey: string }, serverKey: string): TestOptions => ({
  curvePublicKey: keys.publicKey,
  curveSecretKey: keys.secretKey,
  curveServerKey: serverKey,
});
const CURVE_SERVER: TestOptions = {
  curveServer: true,
  curveSecretKey: SERVER.secretKey,
  zapDomain: "x",
};

interface Case {
  readonly what: string;
  readonly server: TestOptions;
  readonly client: TestOptions;
}

const LET_IN: readonly Case[] = [
  { what: "NULL with a domain", server: { zapDomain: "open" }, client: {} },
  {
    what: "PLAIN",
    server: { plainServer: true, zapDomain: "x" },
    client: { plainUsername: "admin", plainPassword: "secret" },
  },
  { what: "CURVE", server: CURVE_SERVER, client: curve(CLIENT, SERVER.publicKey) },
];

/** A server of libzmq that connects may end its process if the next try asks the ZAP handler too soon. */
const SELDOM = { reconnectInterval: 500 };

const LEFT_OUT: readonly Case[] = [
  {
    what: "PLAIN with a wrong password",
    server: { plainServer: true, zapDomain: "x" },
    client: { plainUsername: "admin", plainPassword: "guess" },
  },
  {
    what: "CURVE with an unknown key",
    server: CURVE_SERVER,
    client: curve(STRANGER, SERVER.publicKey),
  },
  {
    what: "CURVE with another server's key",
    server: CURVE_SERVER,
    client: curve(CLIENT, STRANGER.publicKey),
  },
  { what: "NULL at a server of CURVE", server: CURVE_SERVER, client: {} },
  {
    what: "PLAIN at a server of CURVE",
    server: CURVE_SERVER,
    client: { plainUsername: "admin", plainPassword: "secret" },
  },
  { what: "CURVE at a server of NULL", server: {}, client: curve(CLIENT, SERVER.publicKey) },
];

/** Which of the two under test is: the server of the mechanism, or its client. */
for (const side of ["server", "client"] as const) {
  const pair = async (
    stage: Stage,
    { server, client }: Case,
    types: ["DEALER", "DEALER"] | ["XPUB", "SUB"],
  ) => {
    await stage.guard(USERS, [CLIENT.publicKey]);
    const [first, second] = types;
    return side === "server"
      ? { sut: await stage.sut(first, server), peer: await stage.peer(second, client) }
      : { sut: await stage.sut(first, client), peer: await stage.peer(second, server) };
  };

  for (const one of LET_IN) {
    same(`${one.what}, ${side}: messages both ways`, async (stage: Stage) => {
      const { sut, peer } = await pair(stage, one, ["DEALER", "DEALER"]);
      await stage.meet(sut, peer);
      const seen: unknown[] = [];
      for (const message of [
        ["one"],
        ["two", "", "frames"],
        ["", "x".repeat(300), "y".repeat(100_000)],
      ]) {
        await sut.send(...message);
        const there = await peer.receive();
        await peer.send(...there);
        const back = await sut.receive();
        seen.push(back.map((frame, n) => frame === message[n]));
      }
      return seen;
    });

    same(`${one.what}, ${side}: subscriptions`, async (stage: Stage) => {
      const { sut, peer } = await pair(stage, one, ["XPUB", "SUB"]);
      await stage.meet(sut, peer);
      await peer.set("subscribe", "a");
      const seen: unknown[] = [await sut.receive()];
      await sut.send("b", "no");
      await sut.send("a", "yes");
      return [...seen, await peer.receive()];
    });
  }

  for (const one of LEFT_OUT) {
    same(`${one.what}, ${side}: it stays outside`, async (stage: Stage) => {
      const server = { ...one.server, ...SELDOM };
      const { sut, peer } = await pair(stage, { ...one, server }, ["DEALER", "DEALER"]);
      const [binds, connects] = stage.role === "binds" ? [sut, peer] : [peer, sut];
      await connects.connect(await binds.bind(stage.place()));
      await sut.saw("disconnected");
      await peer.saw("disconnected");
      return [sut.count(SUCCEEDED), peer.count(SUCCEEDED)];
    });
  }
}
