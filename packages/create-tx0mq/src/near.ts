/** What an example is found by. */
export interface Names {
  readonly name: string;
  readonly programs: readonly { readonly name: string }[];
}

/**
 * The examples that somebody may have meant, the likeliest first: with a typing error, by a part of the name or by
 * a program.
 */
export function near<T>(all: readonly T[], wanted: string, namesOf: (one: T) => Names): T[] {
  const word = wanted.split("/").filter(Boolean).at(-1)?.toLowerCase() ?? "";
  if (word === "") return [];
  const candidates = all
    .map((one) => {
      const { name, programs } = namesOf(one);
      const names = [name, ...name.split("-"), ...programs.map((program) => program.name)];
      return { one, distance: Math.min(...names.map((each) => distance(word, each))) };
    })
    .sort((a, b) => a.distance - b.distance);
  const limit = Math.min(Math.max(2, word.length / 3), (candidates[0]?.distance ?? 0) + 1);
  return candidates.filter((candidate) => candidate.distance <= limit).map(({ one }) => one);
}

/** How far a word is from a name: a part of it is near, else it is the number of typing errors. */
function distance(word: string, name: string): number {
  if (word === name) return 0;
  if (word.length > 1 && name.includes(word)) return 1;
  let row = Array.from({ length: name.length + 1 }, (_, i) => i);
  for (const [i, letter] of [...word].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...name].entries()) {
      const swap = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(swap, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
