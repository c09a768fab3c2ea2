import { Link } from 'react-router';
import type { Offer } from '../api.js';
import { Loading, Notice } from '../parts/notice.js';
import { formatPrice } from '../price.js';
import { useSession } from '../session.js';
import { useRequest } from '../use-request.js';

const day = new Intl.DateTimeFormat('en-IE', { dateStyle: 'medium' });

export function OffersPage() {
  const { api } = useSession();
  const offers = useRequest(() => api.listOffers(), []);
  return (
    <>
      <div className="title">
        <h1>Offers</h1>
        <Link to="/offers/new" className="button">
          New offer
        </Link>
      </div>
      {offers.state === 'loading' && <Loading />}
      {offers.state === 'failed' && <Notice>{offers.message}</Notice>}
      {offers.state === 'done' && <Offers offers={offers.value} />}
    </>
  );
}

function Offers({ offers }: { readonly offers: readonly Offer[] }) {
  if (offers.length === 0) return <p className="card empty">There are no offers yet.</p>;
  return (
    <ul className="offers">
      {offers.map((offer) => (
        <li key={offer.id} className="card">
          <Link to={`/offers/${offer.id}`}>
            <h2>{offer.title}</h2>
            <p>{offer.description}</p>
            <footer>
              <strong>{formatPrice(offer.priceCents, offer.currency)}</strong>
              <time dateTime={offer.updatedAt}>{day.format(new Date(offer.updatedAt))}</time>
            </footer>
          </Link>
        </li>
      ))}
    </ul>
  );
}
