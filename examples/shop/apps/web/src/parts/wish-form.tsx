import { wish } from '../actions';

/** Works without JavaScript too: the browser then posts the form itself. */
export function WishForm({ offer, wished }: { readonly offer: string; readonly wished: boolean }) {
  return (
    <form action={wish}>
      <input type="hidden" name="offer" value={offer} />
      <button aria-pressed={wished}>{wished ? '♥ On your list' : '♡ Remember'}</button>
    </form>
  );
}
