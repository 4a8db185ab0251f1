/* What monitors tell, in which order, beside libzmq's. */
import net, { type AddressInfo } from "node:net";
import { bindAgain, type Stage, SUCCEEDED, same } from "./same.js";
import type { TestSocket } from "./sockets.js";

const close = (server: net.Server) => new Promise((resolve) => server.close(resolve));
const told = (socket: TestSocket) => [...socket.names];
/**
 * What is compared where the two differ in how they call a failure. libzmq takes strangers for peers of ZMTP 1,
 * which this engine refuses; what it calls an unfit mechanism depends on who is quicker; and an ERROR it does not tell.
 */
const toldButFailures = (socket: TestSocket) =>
  told(socket).filter((name) => !/^(handshakeFailed|retried)/.test(name));

same("monitor: a peer comes, and goes, and comes back", async (stage: Stage) => {
  const sut = await stage.sut("DEALER", { reconnectInterval: 500 });
  const peer = await stage.peer("DEALER");
  const address = await stage.meet(sut, peer);
  const seen: unknown[] = [told(sut)];
  await peer.close();
  const last = stage.role === "connects" ? "retried" : "disconnected";
  await sut.saw(last);
  seen.push(told(sut).slice(0, sut.names.indexOf(last) + 1)); // it may have been tried again by now
  const other = await stage.peer("DEALER");
  if (stage.role === "binds") await other.connect(address);
  else await bindAgain(other, address);
  await sut.saw(SUCCEEDED, 2);
  // How often it was tried meanwhile is chance.
  return [...seen, told(sut).slice(-1)];
});

same(
  "monitor: nobody is there",
  async (stage: Stage) => {
    const address = await stage.emptyPlace("DEALER");
    const sut = await stage.sut("DEALER", { reconnectInterval: 50 });
    await sut.connect(address);
    await sut.saw("retried", 2);
    return told(sut).slice(0, stage.transport === "tcp" ? 6 : 4);
  },
  { roles: ["connects"] },
);

same("monitor: an endpoint is removed, and the next is there", async (stage: Stage) => {
  const sut = await stage.sut("DEALER", { reconnectInterval: 50 });
  const peer = await stage.peer("DEALER", { reconnectInterval: 10_000 });
  const address = await stage.meet(sut, peer);
  if (stage.role === "binds") await sut.unbind(address);
  else await sut.disconnect(address);
  if (stage.role === "connects") await peer.saw("disconnected");
  else await sut.saw("endpointClosed");
  const next = await stage.peer("DEALER");
  await stage.meet(sut, next);
  return told(sut);
});

same("monitor: what the peer hears when the socket is closed", async (stage: Stage) => {
  const sut = await stage.sut("DEALER");
  const peer = await stage.peer("DEALER", { reconnectInterval: 10_000 });
  await stage.meet(sut, peer);
  await sut.close();
  await peer.saw("disconnected");
  return told(peer).slice(0, peer.names.indexOf("disconnected") + 1);
});

for (const [what, bytes] of [
  ["HTTP", "GET / HTTP/1.1\r\n\r\n"],
  ["ten zeros", "\0".repeat(10)],
  [
    "a greeting with an unknown mechanism",
    `\xff${"\0".repeat(8)}\x7f\x03\x00${"WHAT".padEnd(20, "\0")}${"\0".repeat(32)}`,
  ],
  [
    "a greeting, and a message",
    `\xff${"\0".repeat(8)}\x7f\x03\x00${"NULL".padEnd(20, "\0")}${"\0".repeat(32)}\0\x01x`,
  ],
  [
    "a greeting, and an unknown command",
    `\xff${"\0".repeat(8)}\x7f\x03\x00${"NULL".padEnd(20, "\0")}${"\0".repeat(32)}\x04\x05\x04WHAT`,
  ],
  [
    "a greeting, and an ERROR",
    `\xff${"\0".repeat(8)}\x7f\x03\x00${"NULL".padEnd(20, "\0")}${"\0".repeat(32)}\x04\x07\x05ERROR\0`,
  ],
] as const) {
  same(
    `monitor: a stranger sends ${what}, and goes`,
    async (stage: Stage) => {
      const sut = await stage.sut("DEALER", { reconnectInterval: 10_000 });
      const data = Buffer.from(bytes, "latin1");
      const view = /HTTP|zeros|ERROR/.test(what) ? toldButFailures : told;
      if (stage.role === "binds") {
        const { port } = new URL(await sut.bind(stage.place()));
        const socket = net.connect(Number(port), "127.0.0.1").on("error", () => undefined);
        socket.resume().end(data);
        await sut.saw("disconnected");
        socket.destroy();
        return view(sut);
      }
      const server = net.createServer((socket) =>
        socket
          .on("error", () => undefined)
          .resume()
          .end(data),
      );
      server.listen(0, "127.0.0.1");
      await new Promise((resolve) => server.once("listening", resolve));
      await sut.connect(`tcp://127.0.0.1:${(server.address() as AddressInfo).port}`);
      await sut.saw("disconnected");
      await close(server);
      return view(sut);
    },
    { transports: ["tcp"] },
  );
}

for (const [ours, theirs] of [
  [{ plainUsername: "a", plainPassword: "b" }, {}],
  [{}, { plainUsername: "a", plainPassword: "b" }],
] as const) {
  same(
    `monitor: mechanisms that do not fit, ${Object.keys(ours)[0] ?? "none"} here`,
    async (stage: Stage) => {
      const sut = await stage.sut("DEALER", { ...ours, reconnectInterval: 10_000 });
      const peer = await stage.peer("DEALER", { ...theirs, reconnectInterval: 10_000 });
      const [binds, connects] = stage.role === "binds" ? [sut, peer] : [peer, sut];
      await connects.connect(await binds.bind(stage.place()));
      await sut.saw("disconnected");
      await peer.saw("disconnected");
      return [toldButFailures(sut), sut.count(SUCCEEDED) + peer.count(SUCCEEDED)];
    },
  );
}

/** What is told of a try that comes to nothing. */
const failed = (transport: string, failure: string) => [
  ...(transport === "tcp" ? ["connectDelayed"] : []),
  "connected",
  `handshakeFailed ${failure}`,
  "disconnected",
];

/*
 * Between two of libzmq, who has read the other's greeting first tells that the protocol fails, and hangs up;
 * the other one may not have read it all, and tries again. With this engine both have.
 */
for (const transport of ["tcp", "ipc"] as const) {
  same(
    `monitor: a client of libzmq's with another mechanism gives up, over ${transport}`,
    async (stage: Stage) => {
      const sut = await stage.sut("DEALER");
      const peer = await stage.peer("DEALER", { plainUsername: "a", plainPassword: "b" });
      const address = await sut.bind(stage.place());
      await peer.connect(address);
      await peer.saw("disconnected");
      await sut.saw("disconnected");
      // Another one comes and goes: the first would have come again by then.
      const fit = await stage.peer("DEALER", { reconnectInterval: 10_000 });
      await fit.connect(address);
      await sut.saw(SUCCEEDED);
      await fit.close();
      await sut.saw("disconnected", 2);
      return [told(peer), told(sut)];
    },
    {
      roles: ["binds"],
      transports: [transport],
      deliberately: [
        failed(transport, "protocol"),
        [
          ...["listening", "accepted", "handshakeFailed protocol", "disconnected"],
          ...["accepted", SUCCEEDED, "disconnected"],
        ],
      ],
    },
  );

  same(
    `monitor: a server of libzmq's with another mechanism is given up, over ${transport}`,
    async (stage: Stage) => {
      const sut = await stage.sut("DEALER", { plainUsername: "a", plainPassword: "b" });
      const peer = await stage.peer("DEALER");
      const address = await peer.bind(stage.place());
      await sut.connect(address);
      await sut.saw("disconnected");
      await peer.saw("disconnected");
      // Another one comes and goes: the first would have come again by then.
      const fit = await stage.sut("DEALER", { reconnectInterval: 10_000 });
      await fit.connect(address);
      await peer.saw(SUCCEEDED);
      await fit.close();
      await peer.saw("disconnected", 2);
      return [told(sut), told(peer)];
    },
    {
      roles: ["connects"],
      transports: [transport],
      deliberately: [
        failed(transport, "protocol"),
        [
          ...["listening", "accepted", "handshakeFailed protocol", "disconnected"],
          ...["accepted", SUCCEEDED, "disconnected"],
        ],
      ],
    },
  );
}
