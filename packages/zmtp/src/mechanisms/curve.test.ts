import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { curveKeyPair } from "tx0mq";
import { readCommand, writeCommand } from "../protocol/commands.js";
import { COMMAND, MORE } from "../protocol/decoder.js";
import { ProtocolError } from "../protocol/message.js";
import { KINDS, make, pair, shake, yes } from "../testing/handshakes.js";
import { seal } from "./box.js";
import { withPrefix } from "./curve-client.js";
import { CurveMessages, NonceCounter, NonceWatch } from "./curve-messages.js";
import type { Mechanism } from "./mechanism.js";
import type { SecurityOptions } from "./mechanisms.js";

test("who has a CURVE server's key comes in where nobody has to be asked", async () => {
  const [client, server] = [make(KINDS.CURVE.client), make(KINDS.CURVE.server)];
  await shake(client, server);
  assert.ok(client.ready && server.ready);
  assert.equal(server.userId, "");
});

test("MESSAGE carries flags and bodies both ways, until it is closed", async () => {
  const [client, server] = pair("CURVE");
  assert.throws(() => client.encode?.(0, Buffer.alloc(1)), ProtocolError);
  assert.throws(() => server.decode?.(Buffer.alloc(100)), ProtocolError);
  await shake(client, server);
  const frames = fc.tuple(
    fc.boolean(),
    fc.constantFrom(0, MORE, COMMAND),
    fc.uint8Array({ maxLength: 400 }),
  );
  fc.assert(
    fc.property(frames, ([up, flags, body]) => {
      const [from, to] = up ? [client, server] : [server, client];
      const message = from.encode?.(flags, body) as Buffer;
      assert.deepEqual(to.decode?.(message), { flags, body: Buffer.from(body) });
    }),
  );
  const large = Buffer.alloc(200_000, "x");
  assert.deepEqual(client.decode?.(server.encode?.(0, large) as Buffer), { flags: 0, body: large });
  client.close?.();
  assert.equal(client.encode?.(0, Buffer.from("secret")).length, 0);
  assert.throws(() => client.decode?.(Buffer.alloc(100)), ProtocolError);
});

test("a MESSAGE that was sent again, left out of order, changed, or sent back is refused", async () => {
  const talk = async (): Promise<[Mechanism, Mechanism]> => {
    const two = pair("CURVE");
    await shake(...two);
    return two;
  };
  const [client, server] = await talk();
  const first = client.encode?.(0, Buffer.from("first")) as Buffer;
  const second = client.encode?.(0, Buffer.from("second")) as Buffer;
  assert.throws(() => client.decode?.(first), ProtocolError);
  server.decode?.(second);
  assert.throws(() => server.decode?.(first), /nonce/);
  assert.throws(() => server.decode?.(second), /nonce/);

  const [, otherServer] = await talk();
  assert.throws(() => otherServer.decode?.(client.encode?.(0, first) as Buffer), ProtocolError);

  const message = client.encode?.(MORE, Buffer.from("a message")) as Buffer;
  fc.assert(
    fc.property(fc.nat(message.length - 1), fc.nat(7), fc.boolean(), (at, bit, cut) => {
      const other = Buffer.from(cut ? message.subarray(0, at) : message);
      if (!cut) other[at] = (other[at] as number) ^ (1 << bit);
      assert.throws(() => server.decode?.(other), ProtocolError);
    }),
  );
});

test("a MESSAGE with flags that there are not is refused", () => {
  const key = new Uint8Array(32).fill(7);
  for (let flags = 0; flags < 256; flags += 1) {
    const nonce = Buffer.from([0, 0, 0, 0, 0, 0, 0, 1]);
    const box = seal(key, withPrefix("CurveZMQMESSAGEC", nonce), Buffer.of(flags, 120));
    const server = new CurveMessages(key, "S", new NonceCounter(), new NonceWatch());
    const read = () => server.decode(writeCommand("MESSAGE", nonce, box));
    if (flags > 2) assert.throws(read, ProtocolError, `${flags}`);
    else assert.deepEqual(read(), { flags: [0, MORE, COMMAND][flags], body: Buffer.from("x") });
  }
});

test("no nonce is used twice", async () => {
  const [client, server] = pair("CURVE");
  const { log } = await shake(client, server);
  const at = { HELLO: 112, INITIATE: 105, READY: 6, MESSAGE: 8, WELCOME: 8 } as const;
  const nonceOf = (body: Buffer): string => {
    const { name } = readCommand(body);
    const from = at[name as keyof typeof at];
    return body.toString("hex", from, from + (name === "WELCOME" ? 16 : 8));
  };
  const used = { client: [] as string[], server: [] as string[] };
  for (const { from, body } of log) used[from].push(nonceOf(body));
  for (let n = 0; n < 200; n += 1) {
    used.client.push(nonceOf(client.encode?.(0, Buffer.of(n)) as Buffer));
    used.server.push(nonceOf(server.encode?.(0, Buffer.of(n)) as Buffer));
  }
  for (const nonces of Object.values(used)) assert.equal(new Set(nonces).size, nonces.length);
  assert.deepEqual(used.client, [...used.client].sort());
});

test("wrong keys get nobody in", async () => {
  const other = curveKeyPair();
  const { client, server } = KINDS.CURVE;
  const serverFails: SecurityOptions[] = [
    { ...client, curveServerKey: other.publicKey },
    { ...client, curvePublicKey: other.publicKey },
    { ...client, curveSecretKey: other.secretKey },
  ];
  for (const options of serverFails) {
    const [one, two] = [make(options), make(server, yes)];
    const outcome = await shake(one, two);
    assert.ok(outcome.serverError instanceof ProtocolError);
    assert.ok(!one.ready && !two.ready);
  }
});

test("a public key of low order is refused", async () => {
  const curveServerKey = new Uint8Array(32);
  assert.throws(() => make({ ...KINDS.CURVE.client, curveServerKey }).next(), ProtocolError);
  const [client, server] = pair("CURVE");
  const outcome = await shake(client, server, (n, { body }) => {
    if (n === 0) body.fill(0, 80, 112);
    return [body];
  });
  assert.ok(outcome.serverError instanceof ProtocolError);
});

test("a cookie of another connection is refused, and so is its INITIATE", async () => {
  const other = (await shake(...pair("CURVE"))).log[2]?.body as Buffer;
  for (const end of [9 + 96, other.length]) {
    const [client, server] = pair("CURVE");
    const outcome = await shake(client, server, (n, { body }) => {
      if (n === 2) other.copy(body, 9, 9, end);
      return [body];
    });
    assert.ok(outcome.serverError instanceof ProtocolError);
    assert.ok(!client.ready && !server.ready);
  }
});
