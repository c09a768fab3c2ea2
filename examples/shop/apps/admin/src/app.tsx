import { Link, Route, Routes } from 'react-router';
import { LoginPage } from './pages/login-page.js';
import { EditOfferPage } from './pages/edit-offer-page.js';
import { NewOfferPage } from './pages/new-offer-page.js';
import { OffersPage } from './pages/offers-page.js';
import { Header } from './parts/header.js';

export function App() {
  return (
    <>
      <Header />
      <main>
        <Routes>
          <Route index element={<OffersPage />} />
          <Route path="login" element={<LoginPage />} />
          <Route path="offers/new" element={<NewOfferPage />} />
          <Route path="offers/:id" element={<EditOfferPage />} />
          <Route path="*" element={<NotFound />} />
        </Routes>
      </main>
    </>
  );
}

function NotFound() {
  return (
    <section className="card empty">
      <h1>There is no such page</h1>
      <Link to="/">Back to the offers</Link>
    </section>
  );
}
