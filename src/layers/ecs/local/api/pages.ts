import { z } from 'zod';

/** Members of an input that ask for a page. @param usual how many items one has by default */
export const pageSchema = (usual: number) => ({
  maxResults: z.int().min(1).max(100).default(usual),
  nextToken: z.string().optional(),
});

/** One page, and where the next begins. */
export function pageOf<T>(
  all: readonly T[],
  { maxResults, nextToken }: { readonly maxResults: number; readonly nextToken?: string | undefined },
): { readonly items: readonly T[]; readonly nextToken: string | undefined } {
  const start = Number(nextToken ?? 0);
  const end = start + maxResults;
  return { items: all.slice(start, end), nextToken: end < all.length ? String(end) : undefined };
}
