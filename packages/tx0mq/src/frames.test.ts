import assert from "node:assert/strict";
import { test } from "node:test";
import {
  EMPTY,
  unwrap,
  wrap,
  ZmqDealerConnection,
  ZmqProtocolError,
  ZmqRepConnection,
  ZmqReqConnection,
  ZmqRouterConnection,
} from "./index.js";
import { failure, next, prove, text } from "./testing/stage.js";

const frames = (...texts: string[]): Buffer[] => texts.map((one) => Buffer.from(one));

test("wrap puts an address and an empty frame in front of a message", () => {
  assert.deepEqual(wrap("worker", ["client", EMPTY, "work"]), [
    ...["worker", EMPTY, "client", EMPTY, "work"],
  ]);
  assert.deepEqual(wrap("worker", "END"), ["worker", EMPTY, "END"]);
  assert.deepEqual(wrap("worker", Buffer.from("END")), ["worker", EMPTY, Buffer.from("END")]);
});

test("unwrap takes the outermost envelope off, however deep it is", () => {
  assert.deepEqual(unwrap(frames("worker", "", "client", "", "reply")), {
    address: Buffer.from("worker"),
    envelope: frames("worker", ""),
    body: frames("client", "", "reply"),
  });
  assert.deepEqual(unwrap(frames("broker", "broker", "client", "", "a", "b")), {
    address: Buffer.from("broker"),
    envelope: frames("broker", "broker", "client", ""),
    body: frames("a", "b"),
  });
});

test("an envelope may have no address, and a body may be one empty frame", () => {
  assert.deepEqual(unwrap(frames("", "reply")), {
    address: EMPTY,
    envelope: [EMPTY],
    body: frames("reply"),
  });
  assert.deepEqual(unwrap(frames("client", "", "")).body, [EMPTY]);
});

test("wrap and unwrap are each other's way back", () => {
  const message = frames("client", "", "request");
  const { address, envelope, body } = unwrap(wrap(Buffer.from("worker"), message) as Buffer[]);
  assert.deepEqual(body, message);
  assert.deepEqual(wrap(address, body), [...envelope, ...body]);
});

test("unwrap refuses what has no envelope, or no body", () => {
  for (const malformed of [[], ["one"], ["client", "request"], ["client", ""], [""]]) {
    assert.throws(
      () => unwrap(frames(...malformed)),
      (error) => {
        failure(ZmqProtocolError, /empty frame/)(error);
        assert.deepEqual((error as ZmqProtocolError).frames, frames(...malformed));
        return true;
      },
    );
  }
});

test("unwrap leaves the message as it was", () => {
  const message = frames("client", "", "request");
  unwrap(message).body.push(EMPTY);
  assert.deepEqual(message, frames("client", "", "request"));
});

prove("a broker sends a request to a worker and its reply back", async (stage) => {
  const frontend = stage.bind(ZmqRouterConnection);
  const backend = stage.bind(ZmqRouterConnection);
  const client = stage.connect(ZmqReqConnection, frontend);
  const worker = stage.connect(ZmqReqConnection, backend);
  await Promise.all([client.send("request"), worker.send("READY")]);

  const { address, body } = unwrap(await backend.receive());
  assert.deepEqual(text(body), ["READY"]);
  await backend.send(wrap(address, await frontend.receive()));

  const request = unwrap(await worker.receive());
  assert.deepEqual(text(request.body), ["request"]);
  await worker.send([...request.envelope, "reply"]);

  await frontend.send(unwrap(await backend.receive()).body);
  assert.deepEqual(await next(client), ["reply"]);
});

prove("a DEALER speaks to a REP", async (stage) => {
  const rep = stage.bind(ZmqRepConnection);
  const dealer = stage.connect(ZmqDealerConnection, rep);
  await dealer.send([EMPTY, "request"]);
  await rep.receive();
  await rep.send("reply");
  assert.deepEqual(text(unwrap(await dealer.receive()).body), ["reply"]);
});
