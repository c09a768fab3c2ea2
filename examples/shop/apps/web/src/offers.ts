export interface Offer {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly priceCents: number;
  readonly currency: string;
}

/** How long a page waits for the API. */
const patienceMs = 5_000;

/** Reads the API from the server: never kept, since an offer may change at any time. */
async function read<T>(path: string, fetch: typeof globalThis.fetch): Promise<T | undefined> {
  const root = (process.env['API_URL'] ?? '').replace(/\/+$/, '');
  const response = await fetch(root + path, {
    headers: { Accept: 'application/json' },
    cache: 'no-store',
    signal: AbortSignal.timeout(patienceMs),
  });
  if (response.status === 404) return undefined;
  if (!response.ok) throw new Error(`GET ${path} answered ${response.status}.`);
  return (await response.json()) as T;
}

/** The newest offers. @throws when the API does not answer */
export async function listOffers(fetch = globalThis.fetch): Promise<readonly Offer[]> {
  return (await read<readonly Offer[]>('/offers', fetch)) ?? [];
}

/** One offer; undefined when there is none. @throws when the API does not answer */
export function findOffer(id: string, fetch = globalThis.fetch): Promise<Offer | undefined> {
  return read<Offer>(`/offers/${encodeURIComponent(id)}`, fetch);
}

export function price({ priceCents, currency }: Pick<Offer, 'priceCents' | 'currency'>): string {
  return new Intl.NumberFormat('en-IE', { style: 'currency', currency }).format(priceCents / 100);
}
