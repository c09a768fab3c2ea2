import { Link } from 'react-router';
import icon from '../icon.svg';
import { useSession } from '../session.js';

export function Header() {
  const { email, signOut } = useSession();
  return (
    <header>
      <Link to="/" className="brand">
        <img src={icon} alt="" width="28" height="28" /> Shop admin
      </Link>
      {email ? (
        <span className="account">
          {email}
          <button type="button" className="quiet" onClick={() => signOut()}>
            Sign out
          </button>
        </span>
      ) : (
        <Link to="/login" className="button quiet">
          Sign in
        </Link>
      )}
    </header>
  );
}
