import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import {
  poll,
  proxy,
  ZmqAbortError,
  ZmqArgumentError,
  ZmqClosedError,
  ZmqDealerConnection,
  ZmqOptionError,
  ZmqPubConnection,
  ZmqPullConnection,
  ZmqPushConnection,
  ZmqRepConnection,
  ZmqReqConnection,
  ZmqRouterConnection,
  ZmqStateError,
  ZmqSubConnection,
} from "./index.js";
import { failure, next, place, prove, settled, TRANSPORTS } from "./testing/stage.js";

for (const transport of TRANSPORTS) {
  prove(
    `tells which connections are readable, and takes no message, over ${transport}`,
    async (stage) => {
      const [left, right] = [1, 2].map(() =>
        stage.bind(ZmqPullConnection, {}, place(transport)),
      ) as [ZmqPullConnection, ZmqPullConnection];
      const push = stage.connect(ZmqPushConnection, right);
      const polled = poll({ readable: [left, right] });
      assert.equal(await settled(polled), false);
      for (let n = 0; n < 3; n += 1) await push.send(String(n));
      const ready = await polled;
      assert.deepEqual([...ready.readable], [right]);
      assert.equal(ready.writable.size, 0);
      assert.deepEqual(
        [...(await poll({ readable: [left, right] }, { timeout: 0 })).readable],
        [right],
      );
      for (let n = 0; n < 3; n += 1) {
        assert.deepEqual([...(await poll({ readable: [left, right] })).readable], [right]);
        assert.deepEqual(await next(right), [String(n)]);
      }
      assert.equal((await poll({ readable: [left, right] }, { timeout: 0 })).readable.size, 0);
      assert.equal((await poll({ readable: [left, right] }, { timeout: 3 })).readable.size, 0);
      await push.send("after");
      await poll({ readable: [right] });
      assert.deepEqual(await next(right), ["after"]);
    },
  );
}

prove("tells which connections are writable", async (stage) => {
  const pull = stage.bind(ZmqPullConnection, { receiveHighWaterMark: 1 }, place("inproc"));
  const push = stage.connect(ZmqPushConnection, pull, { sendHighWaterMark: 1 });
  const lonely = stage.bind(ZmqPushConnection, {}, place("inproc"));
  const ready = await poll({ writable: new Set([push, lonely]), readable: [pull] });
  assert.deepEqual([...ready.writable], [push]);
  assert.equal(ready.readable.size, 0);
  while (push.writable) await push.send("filling");
  const polled = poll({ writable: [push, lonely] });
  const lonelyPolled = poll({ writable: [lonely] }, { timeout: 5 });
  for (let n = 0; n < 5; n += 1) await turn();
  assert.equal(await settled(polled), false);
  assert.deepEqual((await lonelyPolled).writable.size, 0);
  await pull.receive();
  await pull.receive();
  assert.deepEqual([...(await polled).writable], [push]);
});

prove(
  "a connection whose sends still wait is not writable until they are through",
  async (stage) => {
    const pull = stage.bind(ZmqPullConnection, { receiveHighWaterMark: 1 }, place("inproc"));
    const push = stage.connect(ZmqPushConnection, pull, { sendHighWaterMark: 1 });
    const sends = Array.from({ length: 8 }, (_, n) => push.send(String(n)));
    const polled = poll({ writable: [push] });
    for (let n = 0; n < 4; n += 1) {
      assert.deepEqual(await next(pull), [String(n)]);
      assert.equal(await settled(polled), false);
    }
    for (let n = 4; n < 8; n += 1) assert.deepEqual(await next(pull), [String(n)]);
    assert.deepEqual([...(await polled).writable], [push]);
    await Promise.all(sends);
  },
);

prove("REQ and REP are ready in turn", async (stage) => {
  const rep = stage.bind(ZmqRepConnection, {}, place("inproc"));
  const req = stage.connect(ZmqReqConnection, rep);
  const both = { readable: [rep, req], writable: [rep, req] };
  for (let n = 0; n < 3; n += 1) {
    assert.deepEqual([...(await poll(both)).writable], [req]);
    await req.send("request");
    const asked = await poll(both);
    assert.deepEqual([[...asked.readable], [...asked.writable]], [[rep], []]);
    const replying = poll({ writable: [rep] });
    await next(rep);
    assert.deepEqual([...(await replying).writable], [rep]);
    await rep.send("reply");
    const asking = poll({ writable: [req] });
    const answered = await poll({ readable: [rep, req], writable: [rep] });
    assert.deepEqual([...answered.readable], [req]);
    assert.equal(await settled(asking), false);
    await next(req);
    assert.deepEqual([...(await asking).writable], [req]);
  }
});

prove(
  "several polls at once, and receives beside them, leave every message to one reader",
  async (stage) => {
    const pull = stage.bind(ZmqPullConnection, {}, place("tcp"));
    const push = stage.connect(ZmqPushConnection, pull);
    const polls = Array.from({ length: 3 }, () => poll({ readable: [pull] }));
    await push.send("0");
    for (const { readable } of await Promise.all(polls)) assert(readable.has(pull));
    await push.send("1");
    assert.deepEqual(await next(pull), ["0"]);
    const received = Array.from({ length: 50 }, async () => String(await pull.receive()));
    const polling = (async () => {
      for (let n = 0; n < 50; n += 1) await poll({ readable: [pull] }, { timeout: n % 3 });
    })();
    for (let n = 2; n < 51; n += 1) await push.send(String(n));
    assert.deepEqual(
      await Promise.all(received),
      Array.from({ length: 50 }, (_, n) => String(n + 1)),
    );
    await polling;
  },
);

prove("a signal ends the wait, and later ones begin anew", async (stage) => {
  const pull = stage.bind(ZmqPullConnection, {}, place("inproc"));
  const lonely = stage.bind(ZmqPushConnection, {}, place("inproc"));
  const items = { readable: [pull], writable: [lonely] };
  await assert.rejects(poll(items, { signal: AbortSignal.abort() }), failure(ZmqAbortError));
  const signal = AbortSignal.timeout(3);
  await assert.rejects(poll(items, { signal }), failure(ZmqAbortError));
  await stage.connect(ZmqPushConnection, pull).send("message");
  assert.deepEqual([...(await poll(items)).readable], [pull]);
  stage.connect(ZmqPullConnection, lonely);
  assert.deepEqual([...(await poll({ writable: [lonely] })).writable], [lonely]);
});

prove(
  "a connection that is shut down meanwhile ends the wait, and is refused from then on",
  async (stage) => {
    const pull = stage.bind(ZmqPullConnection, {}, place("inproc"));
    const push = stage.bind(ZmqPushConnection, { lingerPeriod: 30 }, place("inproc"));
    const other = stage.bind(ZmqPullConnection, {}, place("inproc"));
    const polls = [
      poll({ readable: [pull, other] }),
      poll({ writable: [push], readable: [other] }),
    ];
    const unsent = push.send("keeps the shutdown waiting").catch(() => undefined);
    await Promise.all([pull.shutdown(), push.shutdown(), ...polls, unsent]);
    for (const items of [{ readable: [pull, other] }, { readable: [other], writable: [push] }]) {
      await assert.rejects(poll(items), failure(ZmqClosedError));
    }
  },
);

prove("what is no time-out is refused, and none is too long", async (stage) => {
  const pull = stage.bind(ZmqPullConnection, {}, place("inproc"));
  for (const timeout of [Number.NaN, -5, Number.POSITIVE_INFINITY]) {
    await assert.rejects(poll({ readable: [pull] }, { timeout }), failure(ZmqOptionError));
  }
  const polled = poll({ readable: [pull] }, { timeout: Number.MAX_SAFE_INTEGER });
  assert.equal(await settled(polled), false);
  await stage.connect(ZmqPushConnection, pull).send("message");
  assert.deepEqual([...(await polled).readable], [pull]);
});

prove("names of untyped code that are unknown are refused", async (stage) => {
  const pull = stage.bind(ZmqPullConnection);
  const refused = failure(ZmqOptionError, /there are readable and writable/);
  for (const items of [[pull], { writeable: [pull] }, { readable: [], wirtable: [] }]) {
    await assert.rejects(poll(items as object, { timeout: 0 }), refused);
  }
});

prove("what is no list of connections is refused, and no connection at all", async (stage) => {
  const pull = stage.bind(ZmqPullConnection);
  for (const wrong of [pull, 3, "x", ["x"], [undefined], {}]) {
    await assert.rejects(
      poll({ readable: wrong as never }),
      failure(ZmqArgumentError, /^readable is a list of connections: poll\(\{ readable: \[/),
    );
  }
  for (const items of [undefined, null, 3]) {
    await assert.rejects(poll(items as never), failure(ZmqArgumentError, /poll\(\{ readable: /));
  }
  await assert.rejects(poll({}), failure(ZmqArgumentError, /nothing to wait for/));
  assert.equal((await poll({ readable: [] }, { timeout: 0 })).readable.size, 0);
});

prove("a connection that belongs to a proxy cannot be waited for", async (stage) => {
  const frontend = stage.bind(ZmqRouterConnection, {}, place("inproc"));
  const backend = stage.bind(ZmqDealerConnection, {}, place("inproc"));
  const running = proxy(frontend, backend);
  for (const items of [{ readable: [frontend] }, { writable: [frontend] }]) {
    await assert.rejects(poll(items), failure(ZmqStateError, /belongs to a proxy/));
  }
  await running.stop();
});

prove("what is never ready is not waited for", async (stage) => {
  const pub = stage.bind(ZmqPubConnection, {}, place("inproc"));
  const sub = stage.bind(ZmqSubConnection, {}, place("inproc"));
  const sends = failure(ZmqStateError, /PUB sockets do not receive/);
  await assert.rejects(poll({ readable: [sub, pub] }), sends);
  await assert.rejects(poll({ readable: [pub] }, { timeout: 0 }), sends);
  await assert.rejects(
    poll({ writable: [sub] }),
    failure(ZmqStateError, /SUB sockets do not send/),
  );
});
