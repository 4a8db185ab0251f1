// Those who want to get into a house with CURVE, and must not: its tests try them all.

import assert from "node:assert/strict";
import { once } from "node:events";
import { copyFile, cp, rm } from "node:fs/promises";
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

/** A client's program that a test has started. */
interface Started {
  line(pattern: RegExp): Promise<unknown>;
  kill(signal: "SIGINT"): void;
  exit(): Promise<unknown>;
}

/**
 * A client with a new folder of its own has no key of this server. With that, it has none that the server knows:
 * it is refused for good, and ends, for it would wait for ever.
 *
 * @param certificates the server's folder
 * @param start starts the house's client with a folder
 */
export async function stranded(
  certificates: string,
  start: (folder: string) => Started,
): Promise<void> {
  const folder = `${certificates}-of-a-stranger`;
  const lost = start(folder);
  await lost.line(/ is new: for a server elsewhere, put its server\.key into .*\/public_keys$/);
  await lost.line(/^the client is refused: other$/);
  lost.kill("SIGINT");
  assert.deepEqual(await lost.exit(), { code: null, signal: "SIGINT" });
  const key = "public_keys/server.key";
  await copyFile(join(certificates, key), join(folder, key));
  const refused = start(folder);
  await refused.line(/^the client is refused: auth$/);
  assert.deepEqual(await refused.exit(), { code: 1, signal: null });
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
    socket.on("data", (data) => byClient.push(Buffer.from(data)));
    onward.on("data", (data) => byServer.push(Buffer.from(data)));
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
