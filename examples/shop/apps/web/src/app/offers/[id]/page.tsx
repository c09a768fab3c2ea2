import { cookies } from 'next/headers';
import { notFound } from 'next/navigation';
import { findOffer, price } from '../../../offers';
import { WishForm } from '../../../parts/wish-form';
import { isOfferId, parseWishes, wishesCookie } from '../../../wishes';

export default async function OfferPage({ params }: { readonly params: Promise<{ readonly id: string }> }) {
  const { id } = await params;
  const offer = isOfferId(id) ? await findOffer(id) : undefined;
  if (offer === undefined) notFound();
  const wishes = parseWishes((await cookies()).get(wishesCookie)?.value);
  return (
    <>
      <h1>{offer.title}</h1>
      <p>{offer.description}</p>
      <p>{price(offer)}</p>
      <WishForm offer={offer.id} wished={wishes.includes(offer.id)} />
    </>
  );
}
