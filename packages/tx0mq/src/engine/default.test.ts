import assert from "node:assert/strict";
import { test } from "node:test";
import { ZmqOptionError } from "../errors.js";
import { defaultEngine } from "./default.js";
import { zeromqEngine } from "./zeromq/engine.js";

/* What TX0MQ_ENGINE names. The package of the other engine is tried where both are installed. */

function withEngine<T>(name: string | undefined, run: () => T): T {
  const before = process.env.TX0MQ_ENGINE;
  try {
    if (name === undefined) delete process.env.TX0MQ_ENGINE;
    else process.env.TX0MQ_ENGINE = name;
    return run();
  } finally {
    if (before === undefined) delete process.env.TX0MQ_ENGINE;
    else process.env.TX0MQ_ENGINE = before;
  }
}

void test("the engine is the zeromq package, where nothing else is said", () => {
  for (const name of [undefined, "", "zeromq"]) {
    assert.equal(withEngine(name, defaultEngine), zeromqEngine);
  }
});

void test("a name that no engine has is told", () => {
  assert.throws(() => withEngine("nanomsg", defaultEngine), {
    name: ZmqOptionError.name,
    message: "option engine: TX0MQ_ENGINE is zeromq or zmtp, not nanomsg",
  });
});
