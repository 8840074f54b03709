import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { createApi } from './kit/api.ts';
import { ApiContext } from './kit/use-api.ts';
import { Frame } from './frame.tsx';
import { dropKey, keepKey, readKey } from './session.ts';
import { SignIn } from './sign-in.tsx';

/** The bot's pages for its owner, behind an API key. */
export function Dashboard() {
  const [key, setKey] = useState(readKey);
  const [wasRefused, setWasRefused] = useState(false);
  const signOut = (refused: boolean): void => {
    dropKey();
    setKey(null);
    setWasRefused(refused);
  };
  useEffect(() => {
    const take = (): void => setKey(readKey());
    addEventListener('hashchange', take);
    return () => removeEventListener('hashchange', take);
  }, []);
  const api = useMemo(
    () =>
      key === null
        ? null
        : createApi(
            key,
            () => signOut(true),
            (...request) => fetch(...request),
          ),
    [key],
  );
  // What one key may see is no other key's.
  const queries = useMemo(() => new QueryClient({ defaultOptions: { queries: { retry: false } } }), [api]);
  if (api === null) {
    return (
      <SignIn
        wasRefused={wasRefused}
        onKey={(given) => {
          keepKey(given);
          setWasRefused(false);
          setKey(given);
        }}
      />
    );
  }
  return (
    <QueryClientProvider client={queries}>
      <ApiContext value={api}>
        <Frame onSignOut={() => signOut(false)} />
      </ApiContext>
    </QueryClientProvider>
  );
}
