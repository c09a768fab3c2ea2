/** Writes one thing that happened; never a secret. */
export type Log = (entry: Readonly<Record<string, unknown>> & { readonly event: string }) => void;

/** One line of JSON each on standard output. */
export const logLine: Log = (entry) => console.log(JSON.stringify(entry));
