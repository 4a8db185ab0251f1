import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { readCommand, writeCommand, writeMetadata } from "../protocol/commands.js";
import { ProtocolError } from "../protocol/message.js";
import { cases } from "../testing/fuzz.js";
import {
  answer,
  CLIENT_KEYS,
  KINDS,
  METADATA,
  make,
  NAMES,
  type Outcome,
  pair,
  type Sent,
  shake,
  yes,
} from "../testing/handshakes.js";
import { AuthenticationError } from "./mechanism.js";
import { chooseMechanism, handshakeFailure, type SecurityOptions } from "./mechanisms.js";
import { z85Decode } from "./z85.js";

/** The names of commands; libzmq has one of its own for PLAIN's ERROR. */
const namesOf = (log: readonly Sent[]): string[] =>
  log.map(({ body }) => (body.includes("^RROR") ? "ERROR" : readCommand(body).name));
const isTyped = (error: unknown): boolean =>
  error instanceof ProtocolError || error instanceof AuthenticationError;

function assertTyped({ clientError, serverError }: Outcome): void {
  for (const error of [clientError, serverError]) {
    if (error !== undefined) assert.ok(isTyped(error), String((error as Error)?.stack ?? error));
  }
}

for (const name of NAMES) {
  describe(name, () => {
    test("lets two come together, and tells each what the other says of itself", async () => {
      const asked: [string, string[]][] = [];
      const [client, server] = pair(name, async (mechanism, credentials, gone) => {
        asked.push([mechanism, credentials.map((one) => Buffer.from(one).toString("hex"))]);
        return yes(mechanism, credentials, gone);
      });
      const { log, clientError, serverError } = await shake(client, server);
      assert.deepEqual([clientError, serverError], [undefined, undefined]);
      assert.deepEqual(namesOf(log), KINDS[name].commands);
      assert.ok(client.ready && server.ready);
      assert.equal(client.peer.get("identity")?.toString(), "ada");
      assert.equal(server.peer.get("socket-type")?.toString(), "DEALER");
      assert.equal(server.userId, "joe");
      assert.equal(server.peer.get("role")?.toString(), "admin");
      const credentials = {
        NULL: [],
        PLAIN: [Buffer.from("admin").toString("hex"), Buffer.from("secret").toString("hex")],
        CURVE: [z85Decode(CLIENT_KEYS.publicKey).toString("hex")],
      };
      assert.deepEqual(asked, [[name, credentials[name]]]);
      assert.throws(() => client.received(log[0]?.body as Buffer), ProtocolError);
      assert.equal(client.next(), undefined);
    });

    for (const status of ["400", "500"]) {
      test(`tells a client with an ERROR that the answer is ${status}`, async () => {
        const [client, server] = pair(name, async () => answer(status));
        const { log, clientError, serverError } = await shake(client, server);
        assert.ok(clientError instanceof AuthenticationError);
        assert.ok(serverError instanceof AuthenticationError);
        assert.deepEqual([clientError.status, serverError.status], [status, status]);
        assert.equal(handshakeFailure(clientError), "auth");
        assert.equal(handshakeFailure(serverError), "auth");
        const error = name === "PLAIN" ? "^RROR" : "\x05ERROR";
        assert.equal(log.at(-1)?.body.toString("latin1"), `${error}\x03${status}`);
        assert.ok(!client.ready && !server.ready);
        assert.equal(server.next(), undefined);
        assert.throws(() => server.received(writeCommand("READY")), ProtocolError);
      });
    }

    test("says nothing where the answer is 300, nor where there is none", async () => {
      for (const authenticate of [
        async () => answer("300"),
        async () => Promise.reject(new Error("nobody there")),
      ]) {
        const [client, server] = pair(name, authenticate);
        const { log, clientError, serverError } = await shake(client, server);
        assert.equal(clientError, undefined);
        assert.ok(serverError instanceof AuthenticationError);
        const silent = serverError.status === "300" ? "auth" : "other";
        assert.equal(handshakeFailure(serverError), silent);
        assert.ok(!namesOf(log).includes("ERROR"));
        assert.ok(!client.ready && !server.ready);
      }
    });

    test("passes on that the ZAP handler's reply is malformed", async () => {
      const [client, server] = pair(name, () => Promise.reject(new ProtocolError("no reply")));
      const { log, serverError } = await shake(client, server);
      assert.ok(serverError instanceof ProtocolError);
      assert.equal(handshakeFailure(serverError), "protocol");
      assert.ok(!namesOf(log).includes("ERROR"));
    });

    test("does not go on when it was closed while the handler was being asked", async () => {
      let reply: (() => void) | undefined;
      const [client, server] = pair(name, () => {
        server.close?.();
        return new Promise((resolve) => {
          reply = () => resolve(answer("200"));
          setImmediate(reply);
        });
      });
      const { serverError } = await shake(client, server);
      assert.notEqual(reply, undefined);
      assertTyped({ log: [], clientError: undefined, serverError });
      assert.equal(server.next(), undefined);
      assert.ok(!server.ready);
    });

    test("takes no command but the one whose turn it is, at any state", async () => {
      const whole = (await shake(...pair(name))).log;
      const all = [
        ...whole.map(({ body }) => body),
        ...["", "HELLO", "WELCOME", "INITIATE", "READY", "MESSAGE", "PING", "ERRO", "READYY"].map(
          (command) => writeCommand(command, METADATA),
        ),
        Buffer.alloc(0),
        Buffer.of(0),
        Buffer.of(9, 72),
        writeCommand("ERROR"),
        writeCommand("ERROR", Buffer.of(4, 65)),
      ];
      for (let at = 0; at < whole.length; at += 1) {
        const right = readCommand((whole[at] as Sent).body).name;
        for (const wrong of all) {
          if (wrong.length > 5 && wrong.toString("latin1", 1, 1 + right.length) === right) continue;
          const [client, server] = pair(name);
          const outcome = await shake(client, server, (n, { body }) => [n === at ? wrong : body]);
          const to = whole[at]?.from === "client" ? outcome.serverError : outcome.clientError;
          assert.ok(to instanceof ProtocolError, `${right}: ${wrong.toString("latin1")}`);
          assert.equal(handshakeFailure(to), "protocol");
        }
      }
    });

    test("refuses the same command twice", async () => {
      const steps = KINDS[name].commands.length;
      for (let at = 0; at < steps; at += 1) {
        const outcome = await shake(...pair(name), (n, { body }) =>
          n === at ? [body, body] : [body],
        );
        const error = outcome.clientError ?? outcome.serverError;
        assert.ok(error instanceof ProtocolError, `number ${at}`);
      }
    });

    test("gives nothing but typed errors for what was changed on the way", async () => {
      const mutation = fc.record({
        at: fc.nat(3),
        how: fc.constantFrom("flip", "cut", "add", "set", "swap", "random"),
        where: fc.nat(300),
        value: fc.integer({ min: 1, max: 255 }),
        bytes: fc.uint8Array({ maxLength: 300 }),
      });
      const recorded = (await shake(...pair(name))).log.map(({ body }) => body);
      await fc.assert(
        fc.asyncProperty(mutation, async ({ at, how, where, value, bytes }) => {
          let changed = false;
          let padding = false;
          const [client, server] = pair(name);
          const outcome = await shake(client, server, (n, { body }) => {
            if (n !== at) return [body];
            let other: Buffer = Buffer.from(body);
            const place = where % body.length;
            if (how === "flip") other[place] = (other[place] as number) ^ value;
            else if (how === "cut") other = other.subarray(0, place);
            else if (how === "add") other = Buffer.concat([other, bytes]);
            else if (how === "set") other.set(bytes.subarray(0, other.length - place), place);
            else if (how === "swap") other = recorded[value % recorded.length] as Buffer;
            else other = Buffer.from(bytes);
            changed = !other.equals(body);
            padding = n === 0 && how !== "cut" && place >= 8 && place < 80;
            return [other];
          });
          assertTyped(outcome);
          if (changed && name === "CURVE" && !padding) assert.ok(!client.ready || !server.ready);
          if (outcome.clientError !== undefined) assert.ok(!client.ready);
          client.close?.();
          server.close?.();
        }),
        cases(name === "CURVE" ? 60 : 300),
      );
    });
  });
}

test("two sides of NULL that both ask come together", async () => {
  const [one, other] = [make({}, yes), make({}, yes)];
  await shake(one, other);
  assert.ok(one.ready && other.ready);
});

test("the metadata of a ZAP handler do not replace what the peer is, but what it claims", async () => {
  const metadata = new Map([
    ["socket-type", Buffer.from("ROUTER")],
    ["role", Buffer.from("guest")],
  ]);
  const claims = writeMetadata({ "Socket-Type": "DEALER", Role: "admin" });
  const client = chooseMechanism({}).create({ metadata: claims, authenticate: undefined });
  const server = make({}, async () => answer("200", { metadata }));
  await shake(client, server);
  assert.equal(server.peer.get("socket-type")?.toString(), "DEALER");
  assert.equal(server.peer.get("role")?.toString(), "guest");
});

test("nobody comes in to a PLAIN server where there is no ZAP handler", async () => {
  const client = make(KINDS.PLAIN.client);
  const outcome = await shake(client, make({ plainServer: true }));
  assert.ok(outcome.serverError instanceof AuthenticationError);
  assert.equal(handshakeFailure(outcome.serverError), "other");
  assert.ok(!client.ready);
});

test("a reason without a status is no status", async () => {
  const [client] = pair("PLAIN");
  client.next();
  const error = writeCommand("ERROR", Buffer.of(4), Buffer.from("nope"));
  assert.throws(
    () => client.received(error),
    (thrown) => thrown instanceof AuthenticationError && thrown.status === "",
  );
});

test("a PLAIN client understands ERROR as libzmq writes it, and as it is", () => {
  for (const [error, status] of [
    [Buffer.from("^RROR\x03400"), "400"],
    [writeCommand("ERROR", Buffer.from("\x03500")), "500"],
  ] as const) {
    const [client] = pair("PLAIN");
    client.next();
    assert.throws(
      () => client.received(error),
      (thrown) => thrown instanceof AuthenticationError && thrown.status === status,
    );
  }
  for (const wrong of ["^RROR", "^RROR\x04400"]) {
    const [client] = pair("PLAIN");
    client.next();
    assert.throws(() => client.received(Buffer.from(wrong)), ProtocolError);
  }
});

test("credentials of PLAIN have up to 255 bytes, and may be empty", async () => {
  const options = { plainUsername: "", plainPassword: "x".repeat(255) };
  const seen: number[] = [];
  const server = make({ plainServer: true }, async (_, credentials) => {
    seen.push(...credentials.map(({ length }) => length));
    return answer("200");
  });
  await shake(make(options), server);
  assert.deepEqual(seen, [0, 255]);
  assert.throws(() => chooseMechanism({ ...options, plainUsername: "ü".repeat(128) }), {
    code: "EINVAL",
  });
});

test("options that are no mechanism are refused, and keys are not shown", () => {
  const { client, server } = KINDS.CURVE;
  const wrong: SecurityOptions[] = [
    { plainUsername: "ada" },
    { plainPassword: "ada" },
    { curveServer: true },
    { ...client, curveSecretKey: undefined },
    { ...client, curvePublicKey: undefined },
    { ...client, curveServerKey: undefined },
    { ...client, plainServer: true },
    { ...server, plainUsername: "ada", plainPassword: "x" },
    { ...client, curveServerKey: "_".repeat(40) },
    { ...client, curveServerKey: "#".repeat(40) },
    { ...client, curveServerKey: "short" },
    { ...client, curveServerKey: new Uint8Array(31) },
  ];
  for (const options of wrong) {
    assert.throws(
      () => chooseMechanism(options),
      (error: Error & { code?: string }) =>
        error.code === "EINVAL" && !error.message.includes(String(options.curveSecretKey)),
    );
  }
});

test("a peer with another mechanism is refused: there is no downgrade", () => {
  for (const ours of NAMES) {
    for (const role of ["client", "server"] as const) {
      const choice = chooseMechanism(KINDS[ours][role]);
      assert.equal(choice.name, ours);
      for (const mechanism of [...NAMES, "", "null", "PLAINX", "GSSAPI"]) {
        const check = (): void => choice.check({ minor: 1, mechanism, asServer: false });
        if (mechanism === ours) check();
        else assert.throws(check, ProtocolError);
      }
      const twin = (): void => choice.check({ minor: 1, mechanism: ours, asServer: true });
      if (choice.asServer) assert.throws(twin, ProtocolError);
      else twin();
    }
  }
});
