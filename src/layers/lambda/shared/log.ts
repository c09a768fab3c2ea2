/** Writes one thing that happened. Gets what was done, never what was sent: that holds the token. */
export type Log = (entry: Readonly<Record<string, unknown>> & { readonly event: string }) => void;

/** One line of JSON each on standard output. */
export const logLine: Log = (entry) => console.log(JSON.stringify(entry));
