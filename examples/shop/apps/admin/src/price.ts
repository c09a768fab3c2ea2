/** `649`, `649.5` and `649,50` in cents; `undefined` for anything else. */
export function parsePrice(text: string): number | undefined {
  const match = /^(\d{1,8})(?:[.,](\d{1,2}))?$/.exec(text.trim());
  return match ? Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0')) : undefined;
}

export const editablePrice = (cents: number): string => (cents / 100).toFixed(2);

export function formatPrice(cents: number, currency: string): string {
  return new Intl.NumberFormat('en-IE', { style: 'currency', currency }).format(cents / 100);
}
