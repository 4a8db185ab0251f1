import assert from "node:assert/strict";
import { test } from "node:test";
import { draw, normalize } from "./diagram.ts";

test("a node has its text from where it is first named, and its subgraph before that", () => {
  const source = `flowchart LR
  client["a client"] -- "HELLO" --> front
  worker -. to all .-> client
  subgraph broker
    front["ROUTER<br/>binds"] --- idle(["who is free?"])
  end
  idle -->|one| worker["a worker"]
`;
  assert.equal(
    normalize(source),
    `flowchart LR
  subgraph broker
    front["ROUTER<br/>binds"] --- idle(["who is free?"])
  end
  client["a client"] -- "HELLO" --> front["ROUTER<br/>binds"]
  worker["a worker"] -. to all .-> client["a client"]
  idle(["who is free?"]) -->|one| worker["a worker"]`,
  );
});

test("a label that looks like a node stays a label", () => {
  const source = `flowchart LR
  a["ROUTER"] <-- "proxy()" --> b["DEALER"]
  b -- "c[0]" --> c["a list"]`;
  assert.equal(normalize(source), source.replace("b --", 'b["DEALER"] --'));
  assert.match(draw(source), />proxy\(\)<[\s\S]*>c\[0\]</);
});

test("a diagram that cannot be drawn as a whole is not drawn", () => {
  for (const [line, what] of [
    ['a["one"] -> b', /1 of 2 arrows/],
    ["a-->b", /1 of 2 arrows/],
    ['a["one --> b', /1 of 2 arrows/],
    ['a["one"] --> b\n  see "this"', /"this" is lost/],
  ] as const) {
    assert.throws(() => draw(`flowchart LR\n  c --> d\n  ${line}`), what, line);
  }
});

test("an arrow with two heads has its first head where the line begins, not inside the node", () => {
  const svg = draw("flowchart LR\n  a <--> b");
  const [start = ""] = /<marker id="arrowhead-start".*?<\/marker>/.exec(svg) ?? [];
  // Its tip is at the left, at x = 0: so it points back along the line without being turned.
  assert.match(start, /refX="1" .*orient="auto".* 0 2\.5,/);
  assert.match(svg, /marker-start="url\(#arrowhead-start\)"/);
});

test("diagrams of other kinds stay as they are", () => {
  const source = "sequenceDiagram\n  a->>b: b, please\n";
  assert.equal(normalize(source), source);
  assert.match(draw(source), /b, please/);
});

test("a diagram is one line, says what is in it, and needs nothing from elsewhere", () => {
  const svg = draw(`flowchart LR
  a["PUB binds tcp://*:5561<br/>REP binds tcp://*:5562"] --> b["SUB"]
`);
  assert.match(
    svg,
    /^<svg viewBox="0 0 \d+ \d+" width="\d+" height="\d+" style="min-width:\d+px" role="img"/,
  );
  assert.match(svg, /aria-label="Diagram: .*REP binds tcp:\/\/\*:5562.*SUB/);
  assert.match(svg, />PUB binds tcp:\/\/\*:5561</);
  assert.doesNotMatch(svg, /\n|<style|@import|#FFFFFF/);
});

test("a diagram that is wider than a page is drawn from top to bottom", () => {
  const chain = Array.from("abcdefgh", (id) => `${id}["a program with a long name"]`).join(" --> ");
  const [, width, height] =
    /width="(\d+)" height="(\d+)"/.exec(draw(`flowchart LR\n  ${chain}`)) ?? [];
  assert(Number(width) < Number(height));
});

test("the letters of a wide diagram stay large enough to read: it scrolls", () => {
  const leaves = Array.from("abcdefgh", (id) => `hub --> ${id}["a program called ${id}"]`);
  const [, width, least] =
    / width="(\d+)".*min-width:(\d+)px/.exec(draw(`flowchart TB\n  ${leaves.join("\n  ")}`)) ?? [];
  assert(Number(width) > 900);
  assert(Number(least) > 0.75 * Number(width));
});
