import {
  type BundledLanguage,
  bundledThemes,
  createHighlighter,
  isSpecialLang,
  type ThemedToken,
} from "shiki";

/** Two themes that have the same rules in other colours. */
const LIGHT = "github-light-high-contrast";
const DARK = "github-dark-high-contrast";
const LANGUAGES: BundledLanguage[] = ["js", "sh", "ts"];

export interface Code {
  /** Code as an element in one of these languages, each token with a class that stands for both its colours. */
  highlight(code: string, info: string): string;
  /** The classes' rules. VitePress's own take one of these two for a span's colour. */
  readonly style: string;
}

/**
 * Colours code for light and dark at once, which VitePress does for each on its own and once more for
 * its search; and it names the colours where they are told, which VitePress does at each token.
 */
export async function makeCode(): Promise<Code> {
  const [{ default: light }, { default: dark }] = await Promise.all([
    bundledThemes[LIGHT](),
    bundledThemes[DARK](),
  ]);
  const pairs: string[] = [];
  /** Stands for a colour of each, in a theme, where Shiki wants to see a colour. */
  const colour = (one = "", other = ""): string => {
    const pair = `--shiki-light:${one};--shiki-dark:${other}`;
    if (!pairs.includes(pair)) pairs.push(pair);
    return `#${pairs.indexOf(pair).toString(16).padStart(6, "0")}`;
  };
  const plain = "editor.foreground";
  const both = {
    name: "light and dark",
    type: "light" as const,
    colors: { [plain]: colour(light.colors?.[plain], dark.colors?.[plain]) },
    settings: (light.tokenColors ?? []).map((rule, index) => {
      const other = dark.tokenColors?.[index];
      if (String(other?.scope) !== String(rule.scope)) throw new Error(`${DARK} has its own rules`);
      const { foreground } = rule.settings;
      const shown = foreground && { foreground: colour(foreground, other?.settings.foreground) };
      return { ...rule, settings: { ...shown } };
    }),
  };
  const highlighter = await createHighlighter({ themes: [both], langs: LANGUAGES });
  const theme = highlighter.getTheme(both.name);

  const plainClass = "c0";
  const classOf = ({ color }: ThemedToken) =>
    color === undefined ? plainClass : `c${Number.parseInt(color.slice(1), 16)}`;
  const inLine = (tokens: readonly ThemedToken[]): string => {
    let html = "";
    let current = plainClass;
    for (const token of tokens) {
      const its = token.content.trim() === "" ? current : classOf(token);
      if (its !== current) {
        if (current !== plainClass) html += "</span>";
        if (its !== plainClass) html += `<span class="${its}">`;
        current = its;
      }
      html += token.content.replaceAll("&", "&#x26;").replaceAll("<", "&#x3C;");
    }
    return current === plainClass ? html : `${html}</span>`;
  };
  const element = (code: string, language: string): string => {
    const lang = (language || "text") as BundledLanguage;
    const lines = highlighter
      .codeToTokensBase(code.trimEnd(), { lang, theme, tokenizeTimeLimit: 0 })
      .map((tokens) => `<span class="line">${inLine(tokens)}</span>`);
    const colours = isSpecialLang(lang) ? "" : ` ${plainClass}`;
    return `<pre class="shiki vp-code${colours}" tabindex="0" v-pre><code>${lines.join("\n")}</code></pre>`;
  };

  /** A page is made for a reader, and made for the search. */
  const made = new Map<string, string>();
  return {
    highlight(code, info) {
      const language = info.replace(/:.*/, "");
      const key = `${language}\n${code}`;
      const html = made.get(key) ?? element(code, language);
      made.set(key, html);
      return html;
    },
    style: pairs.map((pair, index) => `.vp-code.c${index},.vp-code .c${index}{${pair}}`).join(""),
  };
}
