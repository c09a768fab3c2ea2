'use server';

import { cookies } from 'next/headers';
import { formatWishes, parseWishes, toggleWish, wishesCookie } from './wishes';

/** A Server Action: remembers the offer for this visitor, or forgets it. Runs only when `Origin` is the host that the visitor sees. */
export async function wish(form: FormData): Promise<void> {
  const jar = await cookies();
  const wishes = toggleWish(parseWishes(jar.get(wishesCookie)?.value), String(form.get('offer')));
  jar.set(wishesCookie, formatWishes(wishes), {
    httpOnly: true,
    sameSite: 'lax',
    secure: true,
    maxAge: 30 * 24 * 3600,
  });
}
