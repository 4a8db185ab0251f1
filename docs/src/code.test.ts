import assert from "node:assert/strict";
import { test } from "node:test";
import { makeCode } from "./code.ts";

const { highlight, style } = await makeCode();

test("what is coloured has a class, whose rule tells its colour in light and in dark", () => {
  const [keyword, constant, string, comment] = [
    "--shiki-light:#a0111f;--shiki-dark:#ff9492",
    "--shiki-light:#023b95;--shiki-dark:#91cbff",
    "--shiki-light:#032563;--shiki-dark:#addcff",
    "--shiki-light:#66707b;--shiki-dark:#bdc4cc",
  ].map((rule) => new RegExp(`\\.vp-code \\.(c\\d+)\\{${rule}\\}`).exec(style)?.[1]);
  assert.equal(
    highlight('const text = "a";\n\n// <b> & {{ c }}\n', "ts:line-numbers"),
    `<pre class="shiki vp-code c0" tabindex="0" v-pre><code><span class="line"><span class="${keyword}">const </span><span class="${constant}">text </span><span class="${keyword}">= </span><span class="${string}">"a"</span>;</span>
<span class="line"></span>
<span class="line"><span class="${comment}">// &#x3C;b> &#x26; {{ c }}</span></span></code></pre>`,
  );
});

test("text has no colours of its own", () => {
  assert.equal(
    highlight("$ a | b\n", ""),
    '<pre class="shiki vp-code" tabindex="0" v-pre><code><span class="line">$ a | b</span></code></pre>',
  );
});

test("a language that the site does not have is an error", () => {
  assert.throws(() => highlight("a", "cobol"), /cobol/);
});
