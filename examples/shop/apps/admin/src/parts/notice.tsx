import type { ReactNode } from 'react';

export function Notice({ children }: { readonly children: ReactNode }) {
  return (
    <p role="alert" className="notice">
      {children}
    </p>
  );
}

export function Loading() {
  return <p className="loading">Loading…</p>;
}
