import { messageOf, type Problem } from './errors.js';

/** Codes of the system for no space, and for a used-up quota. */
const full: readonly unknown[] = ['ENOSPC', 'EDQUOT'];

/** What to tell when writing failed for want of space; undefined for any other error. */
export function diskFullProblem(error: unknown): Problem | undefined {
  if (!(error instanceof Error) || !('code' in error) || !full.includes(error.code)) return undefined;
  const path = 'path' in error && typeof error.path === 'string' ? error.path : undefined;
  return { ...diskFull(messageOf(error)), ...(path !== undefined && { path }) };
}

/** @param where a folder, or the system's own words */
export const diskFull = (where: string): Problem => ({
  code: 'DISK_FULL',
  message: `This machine's disk is full: ${where}.`,
  fix: "Free space on this machine's disk, then run the command again: it goes on where it stopped.",
});
