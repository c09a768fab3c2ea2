export interface OfferInput {
  readonly title: string;
  readonly description: string;
  readonly priceCents: number;
  readonly currency: string;
}

export interface Offer extends OfferInput {
  readonly id: string;
  readonly updatedBy: string;
  /** ISO 8601. */
  readonly updatedAt: string;
}

/** What the API refused: its status, and a sentence to show. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export type Api = ReturnType<typeof createApi>;

export interface ApiOptions {
  readonly baseUrl: string;
  readonly token: () => string | undefined;
  readonly fetch?: typeof globalThis.fetch;
}

export function createApi({ baseUrl, token, fetch = globalThis.fetch.bind(globalThis) }: ApiOptions) {
  const root = baseUrl.replace(/\/+$/, '');

  async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const headers = new Headers({ Accept: 'application/json' });
    if (body !== undefined) headers.set('Content-Type', 'application/json');
    const bearer = token();
    // Reading is public; without the header the browser needs no preflight.
    if (bearer && method !== 'GET') headers.set('Authorization', `Bearer ${bearer}`);
    const request: RequestInit = { method, headers };
    if (body !== undefined) request.body = JSON.stringify(body);

    const response = await fetch(root + path, request).catch(() => {
      throw new ApiError(0, `The API at ${root || 'this address'} does not answer.`);
    });
    const text = await response.text();
    if (!response.ok) throw new ApiError(response.status, refusal(response.status, text));
    return (text ? JSON.parse(text) : undefined) as T;
  }

  const offerPath = (id: string) => `/offers/${encodeURIComponent(id)}`;
  return {
    login: (email: string, password: string) =>
      call<{ accessToken: string; expiresIn: number }>('POST', '/auth/login', { email, password }),
    logout: () => call<undefined>('DELETE', '/auth/session'),
    listOffers: () => call<readonly Offer[]>('GET', '/offers'),
    findOffer: (id: string) => call<Offer>('GET', offerPath(id)),
    createOffer: (input: OfferInput) => call<Offer>('POST', '/offers', input),
    replaceOffer: (id: string, input: OfferInput) => call<Offer>('PUT', offerPath(id), input),
    removeOffer: (id: string) => call<undefined>('DELETE', offerPath(id)),
  };
}

interface Refusal {
  readonly message?: string;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
}

function refusal(status: number, text: string): string {
  const { message, errors } = parse(text);
  if (errors?.length) return errors.map((error) => `${error.path}: ${error.message}`).join(' · ');
  return message ?? `The API answered ${status}.`;
}

function parse(text: string): Refusal {
  try {
    return (JSON.parse(text) ?? {}) as Refusal;
  } catch {
    return {};
  }
}
