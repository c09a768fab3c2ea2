import { cookies } from 'next/headers';
import Image from 'next/image';
import Link from 'next/link';
import { listOffers, price } from '../offers';
import { WishForm } from '../parts/wish-form';
import { parseWishes, wishesCookie } from '../wishes';

export default async function OffersPage() {
  const [offers, jar] = await Promise.all([listOffers(), cookies()]);
  const wishes = parseWishes(jar.get(wishesCookie)?.value);
  return (
    <>
      <Image className="window" src="/window.jpg" alt="The shop’s window" width={960} height={320} preload />
      <h1>Offers</h1>
      {offers.length === 0 && <p>There is nothing on offer now.</p>}
      <ul>
        {offers.map((offer) => (
          <li key={offer.id}>
            <Link href={`/offers/${offer.id}`}>{offer.title}</Link>
            <span>{price(offer)}</span>
            <WishForm offer={offer.id} wished={wishes.includes(offer.id)} />
          </li>
        ))}
      </ul>
    </>
  );
}
