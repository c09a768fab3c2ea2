import { Navigate } from 'react-router';
import { OfferForm } from '../parts/offer-form.js';
import { useSession } from '../session.js';

export function NewOfferPage() {
  const { api, email } = useSession();
  if (!email) return <Navigate to="/login" replace state={{ from: '/offers/new' }} />;
  return (
    <div className="narrow">
      <h1>New offer</h1>
      <OfferForm save={(input) => api.createOffer(input)} />
    </div>
  );
}
