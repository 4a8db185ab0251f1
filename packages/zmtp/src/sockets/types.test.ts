import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SocketType } from "./socket.js";
import { createSocketType, fits } from "./types.js";

const NAMES =
  "PAIR PUB SUB REQ REP DEALER ROUTER PULL PUSH XPUB XSUB STREAM DGRAM SERVER CLIENT RADIO DISH GATHER SCATTER";

describe("socket types", () => {
  it("are made by their names", () => {
    for (const name of NAMES.split(" "))
      assert.ok(createSocketType(name, {}) instanceof SocketType);
    for (const name of ["PEER", "toString", ""]) {
      assert.throws(() => createSocketType(name, {}), { code: "EINVAL" });
    }
  });

  it("fit each other, both ways", () => {
    const pairs = new Set<string>();
    for (const one of NAMES.split(" ")) {
      for (const other of NAMES.split(" ")) {
        assert.equal(fits(one, other), fits(other, one), `${one} and ${other}`);
        if (fits(one, other)) pairs.add([one, other].sort().join("-"));
      }
    }
    assert.deepEqual(
      [...pairs].sort(),
      (
        "CLIENT-SERVER DEALER-DEALER DEALER-REP DEALER-ROUTER DISH-RADIO GATHER-SCATTER PAIR-PAIR " +
        "PUB-SUB PUB-XSUB PULL-PUSH REP-REQ REQ-ROUTER ROUTER-ROUTER SUB-XPUB XPUB-XSUB"
      ).split(" "),
    );
    for (const nobody of ["", "toString", "PEER"]) assert.equal(fits(nobody, nobody), false);
  });
});
