import { distance } from 'fastest-levenshtein';

/** The known spelling nearest to a word, else one that starts with it; undefined when none is near. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const plain = word.toLowerCase();
  const ranked = known
    .map((candidate) => ({ candidate, steps: distance(plain, candidate.toLowerCase()) }))
    .sort((a, b) => a.steps - b.steps);
  const [best] = ranked;
  if (best !== undefined && best.steps <= Math.max(plain.length > 3 ? 2 : 1, Math.floor(plain.length / 3)))
    return best.candidate;
  return plain.length < 3 ? undefined : known.find((candidate) => candidate.toLowerCase().startsWith(plain));
}

/** `Did you mean "a"? Known: "a", "b".` */
export function suggestion(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  const list = known.length === 0 ? 'There is none.' : `Known: ${known.map((one) => `"${one}"`).join(', ')}.`;
  return near === undefined ? list : `Did you mean "${near}"? ${list}`;
}
