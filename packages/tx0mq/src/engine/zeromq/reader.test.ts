import assert from "node:assert/strict";
import {
  ZmqDealerConnection,
  ZmqProtocolError,
  ZmqPullConnection,
  ZmqPushConnection,
  ZmqRouterConnection,
} from "../../index.js";
import { failure, next, prove, told } from "../../testing/stage.js";

const LIMITED = { maxMessageSize: 1_000 };

prove("frames that together are larger than maxMessageSize are refused", async (stage) => {
  const pull = stage.bind(ZmqPullConnection, LIMITED);
  const push = stage.connect(ZmqPushConnection, pull);
  const half = "x".repeat(500);
  const refused = told<Error>(pull, "error");
  const received = next(pull);
  await push.send([half, half, "x"]);
  await push.send([half, "", half]);
  failure(ZmqProtocolError, /1001 bytes in 3 frames are more than maxMessageSize/)(await refused);
  assert.deepEqual(await received, [half, "", half]);
});

prove("so are more frames than anybody needs, whatever is in them", async (stage) => {
  const pull = stage.bind(ZmqPullConnection, LIMITED);
  const push = stage.connect(ZmqPushConnection, pull);
  const refused = told<Error>(pull, "error");
  const received = next(pull);
  await push.send(Array.from({ length: 65_537 }, () => ""));
  await push.send("next");
  failure(ZmqProtocolError, /0 bytes in 65537 frames/)(await refused);
  assert.deepEqual(await received, ["next"]);
});

prove(
  "a routing id counts for nothing, and where there is no limit there is none",
  async (stage) => {
    const router = stage.bind(ZmqRouterConnection, LIMITED);
    const dealer = stage.connect(ZmqDealerConnection, router, { routingId: "me".repeat(100) });
    await dealer.send(["x".repeat(1_000)]);
    assert.equal((await router.receive()).length, 2);
    const pull = stage.bind(ZmqPullConnection);
    await stage.connect(ZmqPushConnection, pull).send(Array.from({ length: 70_000 }, () => "x"));
    assert.equal((await pull.receive()).length, 70_000);
  },
);
