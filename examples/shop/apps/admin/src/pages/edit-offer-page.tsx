import { Navigate, useParams } from 'react-router';
import { Loading, Notice } from '../parts/notice.js';
import { OfferForm } from '../parts/offer-form.js';
import { useSession } from '../session.js';
import { useRequest } from '../use-request.js';

export function EditOfferPage() {
  const { id = '' } = useParams();
  const { api, email } = useSession();
  const offer = useRequest(() => api.findOffer(id), [id]);
  if (!email) return <Navigate to="/login" replace state={{ from: `/offers/${id}` }} />;
  return (
    <div className="narrow">
      <h1>Edit offer</h1>
      {offer.state === 'loading' && <Loading />}
      {offer.state === 'failed' && <Notice>{offer.message}</Notice>}
      {offer.state === 'done' && (
        <OfferForm
          key={offer.value.id}
          offer={offer.value}
          save={(input) => api.replaceOffer(id, input)}
          remove={() => api.removeOffer(id)}
        />
      )}
    </div>
  );
}
