import { type DependencyList, useEffect, useState } from 'react';

export type Request<T> =
  | { readonly state: 'loading' }
  | { readonly state: 'done'; readonly value: T }
  | { readonly state: 'failed'; readonly message: string };

/** Runs `load` whenever `dependencies` change; an answer that comes too late is dropped. */
export function useRequest<T>(load: () => Promise<T>, dependencies: DependencyList): Request<T> {
  const [request, setRequest] = useState<Request<T>>({ state: 'loading' });
  useEffect(() => {
    let current = true;
    setRequest({ state: 'loading' });
    load().then(
      (value) => current && setRequest({ state: 'done', value }),
      (error: unknown) => current && setRequest({ state: 'failed', message: messageOf(error) }),
    );
    return () => {
      current = false;
    };
  }, dependencies);
  return request;
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
