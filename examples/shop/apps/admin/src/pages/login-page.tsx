import { type FormEvent, useState } from 'react';
import { Navigate, useLocation } from 'react-router';
import { Notice } from '../parts/notice.js';
import { useSession } from '../session.js';
import { messageOf } from '../use-request.js';

interface From {
  readonly from?: string;
}

export function LoginPage() {
  const { email, notice, signIn } = useSession();
  const { from = '/' } = (useLocation().state ?? {}) as From;
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(notice);
  if (email) return <Navigate to={from} replace />;

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setProblem(undefined);
    try {
      await signIn(String(form.get('email') ?? ''), String(form.get('password') ?? ''));
    } catch (error) {
      setProblem(messageOf(error));
      setBusy(false);
    }
  }

  return (
    <div className="narrow">
      <h1>Sign in</h1>
      <form className="card" onSubmit={(event) => void submit(event)}>
        {problem && <Notice>{problem}</Notice>}
        <label className="field">
          <span>Email</span>
          <input name="email" type="email" required autoComplete="username" autoFocus />
        </label>
        <label className="field">
          <span>Password</span>
          <input name="password" type="password" required autoComplete="current-password" />
        </label>
        <div className="actions">
          <button type="submit" disabled={busy}>
            {busy ? 'Signing in…' : 'Sign in'}
          </button>
        </div>
      </form>
    </div>
  );
}
