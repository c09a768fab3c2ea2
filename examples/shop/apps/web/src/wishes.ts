/** The cookie that remembers what a visitor would like to have. */
export const wishesCookie = 'wishes';

/** A cookie holds about 4 kB; an id has 36 characters. */
const most = 50;

const form = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export const isOfferId = (text: string): boolean => form.test(text);

/** Ids of offers, the newest wish last; what is no id is left out. */
export function parseWishes(cookie: string | undefined): readonly string[] {
  return [...new Set((cookie ?? '').split('.'))].filter(isOfferId).slice(-most);
}

/** Wishes with this one added, or taken away when it was there. */
export function toggleWish(wishes: readonly string[], id: string): readonly string[] {
  return wishes.includes(id) ? wishes.filter((other) => other !== id) : parseWishes([...wishes, id].join('.'));
}

export const formatWishes = (wishes: readonly string[]): string => wishes.join('.');
