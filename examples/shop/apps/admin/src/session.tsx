import { createContext, type ReactNode, useContext, useMemo, useState } from 'react';
import { type Api, createApi } from './api.js';

const storageKey = 'shop.session';

interface SignedIn {
  readonly email: string;
  readonly token: string;
}

export interface Session {
  readonly api: Api;
  readonly email: string | undefined;
  readonly signIn: (email: string, password: string) => Promise<void>;
  /** Why the session ended, when it was not the user's wish. */
  readonly notice: string | undefined;
  readonly signOut: (notice?: string) => void;
}

const SessionContext = createContext<Session | undefined>(undefined);

/** Keeps who is signed in for as long as the tab is open. */
export function SessionProvider({ children }: { readonly children: ReactNode }) {
  const [signedIn, setSignedIn] = useState(restore);
  const [notice, setNotice] = useState<string>();

  const session = useMemo((): Session => {
    const api = createApi({ baseUrl: import.meta.env.API_URL ?? '', token: () => signedIn?.token });
    return {
      api,
      email: signedIn?.email,
      notice,
      signIn: async (email, password) => {
        const { accessToken } = await api.login(email, password);
        const next = { email, token: accessToken };
        sessionStorage.setItem(storageKey, JSON.stringify(next));
        setSignedIn(next);
        setNotice(undefined);
      },
      signOut: (reason) => {
        // Ended by the user, it ends on the server too; otherwise it ended there before, or will with its token.
        if (reason === undefined) void api.logout().catch(() => undefined);
        sessionStorage.removeItem(storageKey);
        setSignedIn(undefined);
        setNotice(reason);
      },
    };
  }, [signedIn, notice]);

  return <SessionContext value={session}>{children}</SessionContext>;
}

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('useSession needs a SessionProvider above it.');
  return session;
}

function restore(): SignedIn | undefined {
  const stored = sessionStorage.getItem(storageKey);
  return stored ? (JSON.parse(stored) as SignedIn) : undefined;
}
