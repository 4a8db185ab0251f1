// Those who want to get into a house with CURVE, and must not: its tests try them all.

import { once } from "node:events";
import { cp, rm } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import {
  type DealerOptions,
  type PullOptions,
  ZmqCertificate,
  ZmqDealerConnection,
  ZmqFactory,
  type ZmqPullConnection,
} from "tx0mq";

/**
 * Leaves the server without the client's secret, and gives the client a folder as on another machine.
 *
 * @returns the client's folder, with its own secret and the server's public certificate
 */
export async function parted(certificates: string): Promise<string> {
  const clients = `${certificates}-of-the-client`;
  await cp(certificates, clients, { recursive: true });
  await rm(join(certificates, "private_keys/client.key_secret"));
  await rm(join(clients, "private_keys/server.key_secret"));
  await rm(join(clients, "public_keys/client.key"));
  return clients;
}

/** A client that is refused does not try again. */
const ONCE = { reconnectInterval: -1 };

/** What a client of the house has. */
export function clientOptions(server: ZmqCertificate, client: ZmqCertificate): DealerOptions {
  return {
    curvePublicKey: client.publicKey,
    curveSecretKey: client.secretKey,
    curveServerKey: server.publicKey,
  };
}

/** Options of clients that are wrong, by what is wrong with them. */
export function intruders(server: ZmqCertificate, client: ZmqCertificate) {
  const right = clientOptions(server, client);
  const stranger = ZmqCertificate.create();
  return {
    "another server's key": { ...right, curveServerKey: stranger.publicKey },
    "a stolen public key": { ...right, curveSecretKey: stranger.secretKey },
    "another mechanism": { plainUsername: "admin", plainPassword: "secret" },
    "no mechanism": {},
  } satisfies Record<string, DealerOptions & PullOptions>;
}

/** What a client receives before something happens: its first message, or "nothing". */
export async function received(
  Kind: typeof ZmqDealerConnection | typeof ZmqPullConnection,
  address: string,
  options: DealerOptions & PullOptions,
  happens: (message: Promise<string>) => Promise<unknown>,
): Promise<string> {
  const factory = new ZmqFactory({ lingerPeriod: 0 });
  const client = new Kind(factory, { connect: address }, { ...options, ...ONCE });
  if (client instanceof ZmqDealerConnection) client.send("Hello").catch(() => undefined);
  const message = client.receive().then(String, () => "nothing");
  await happens(message);
  await factory.shutdown();
  return message;
}

/** Takes down all bytes that client and server send in a conversation over a relay to an address. */
export async function recorded(
  address: string,
  converse: (relay: string) => Promise<unknown>,
): Promise<{ byClient: Buffer; byServer: Buffer }> {
  const byClient: Buffer[] = [];
  const byServer: Buffer[] = [];
  const relay = createServer((socket) => {
    const onward = open(address);
    socket.on("data", (data) => byClient.push(data));
    onward.on("data", (data) => byServer.push(data));
    socket.pipe(onward).pipe(socket);
    for (const end of [socket, onward]) end.on("error", () => undefined);
  });
  const { hostname } = new URL(address);
  await once(relay.listen(0, hostname), "listening");
  try {
    await converse(`tcp://${hostname}:${(relay.address() as { port: number }).port}`);
  } finally {
    relay.close();
  }
  return { byClient: Buffer.concat(byClient), byServer: Buffer.concat(byServer) };
}

/** Sends these bytes once more. @returns what comes back until the server hangs up */
export async function replayed(address: string, bytes: Buffer): Promise<string> {
  const socket = open(address);
  socket.on("error", () => undefined);
  let reply = "";
  socket.on("data", (data) => {
    reply += data.toString("latin1");
  });
  socket.write(bytes);
  await once(socket, "close");
  return reply;
}

function open(address: string): Socket {
  const { hostname, port } = new URL(address);
  return connect(Number(port), hostname);
}
