'use client';

/** Shown when the API does not answer. */
export default function ErrorPage({ reset }: { readonly reset: () => void }) {
  return (
    <>
      <h1>The shop is closed for a moment</h1>
      <p>The offers cannot be read now.</p>
      <button onClick={reset}>Try again</button>
    </>
  );
}
