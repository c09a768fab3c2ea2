import { type FormEvent, type ReactNode, useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { ApiError, type Offer, type OfferInput } from '../api.js';
import { editablePrice, parsePrice } from '../price.js';
import { useSession } from '../session.js';
import { messageOf } from '../use-request.js';
import { Notice } from './notice.js';

interface Props {
  readonly offer?: Offer;
  readonly save: (input: OfferInput) => Promise<unknown>;
  readonly remove?: () => Promise<unknown>;
}

/** Edits an offer, goes back to the list when it is saved, and signs out when the session has ended. */
export function OfferForm({ offer, save, remove }: Props) {
  const { signOut } = useSession();
  const navigate = useNavigate();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();

  async function run(work: () => Promise<unknown>): Promise<void> {
    setBusy(true);
    setProblem(undefined);
    try {
      await work();
      await navigate('/');
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) {
        return signOut('The session has ended. Please sign in again.');
      }
      setProblem(messageOf(error));
      setBusy(false);
    }
  }

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? '');
    const priceCents = parsePrice(text('price'));
    if (priceCents === undefined) return setProblem('Write the price as 12 or 12.50.');
    void run(() =>
      save({ title: text('title'), description: text('description'), priceCents, currency: text('currency') }),
    );
  }

  return (
    <form className="card" onSubmit={submit}>
      {problem && <Notice>{problem}</Notice>}
      <Field label="Title">
        <input name="title" required maxLength={120} defaultValue={offer?.title} autoFocus />
      </Field>
      <Field label="Description">
        <textarea name="description" rows={4} maxLength={2000} defaultValue={offer?.description} />
      </Field>
      <div className="row">
        <Field label="Price">
          <input
            name="price"
            required
            inputMode="decimal"
            defaultValue={offer && editablePrice(offer.priceCents)}
            placeholder="0.00"
          />
        </Field>
        <Field label="Currency">
          <input name="currency" required pattern="[A-Z]{3}" defaultValue={offer?.currency ?? 'EUR'} />
        </Field>
      </div>
      <div className="actions">
        <button type="submit" disabled={busy}>
          {busy ? 'Saving…' : 'Save'}
        </button>
        <Link to="/" className="button quiet">
          Cancel
        </Link>
        {remove && (
          <button type="button" className="danger" disabled={busy} onClick={() => void run(remove)}>
            Delete
          </button>
        )}
      </div>
    </form>
  );
}

function Field({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <label className="field">
      <span>{label}</span>
      {children}
    </label>
  );
}
