/** The console: who is nobody signs in; everybody else sees the page that the address names. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useEffect } from 'react';
import type { ComponentType, LazyExoticComponent } from 'react';
import { api, whenSignedOut } from './api.ts';
import { forget } from './forget.ts';
import { Guarded } from './Guarded.tsx';
import { Home } from './Home.tsx';
import { OperatorProvider } from './operator.tsx';
import { Headed, Loading, Problem } from './parts/states.tsx';
import { usePlace } from './router.tsx';
import { Shell } from './Shell.tsx';
import { SignIn } from './SignIn.tsx';

type Page = LazyExoticComponent<ComponentType<{ readonly id: string }>>;

/** Each page is fetched when it is first looked at. */
const PAGES: Readonly<Record<string, Page>> = {
  rounds: lazy(async () => ({ default: (await import('./round/RoundPage.tsx')).RoundPage })),
  players: lazy(async () => ({ default: (await import('./player/PlayerPage.tsx')).PlayerPage })),
  reconciliation: lazy(async () => ({
    default: (await import('./reconciliation/ReconciliationPage.tsx')).ReconciliationPage,
  })),
  health: lazy(async () => ({ default: (await import('./health/HealthPage.tsx')).HealthPage })),
  catalogue: lazy(async () => ({ default: (await import('./catalogue/CataloguePage.tsx')).CataloguePage })),
  analytics: lazy(async () => ({ default: (await import('./pages/AnalyticsPage.tsx')).AnalyticsPage })),
  audit: lazy(async () => ({ default: (await import('./pages/AuditPage.tsx')).AuditPage })),
  users: lazy(async () => ({ default: (await import('./pages/UsersPage.tsx')).UsersPage })),
  account: lazy(async () => ({ default: (await import('./pages/AccountPage.tsx')).AccountPage })),
};

export function Console() {
  const queries = useQueryClient();
  const session = useQuery({ queryKey: ['session'], queryFn: api.session, staleTime: Number.POSITIVE_INFINITY });
  useEffect(() => {
    whenSignedOut(() => forget(queries));
  }, [queries]);
  if (session.data === undefined) {
    return (
      <main className="alone">
        {session.error === null ? <Loading /> : <Problem error={session.error} again={() => void session.refetch()} />}
      </main>
    );
  }
  if (!session.data.signed_in)
    return <SignIn ways={session.data} onDone={(operator) => queries.setQueryData(['session'], operator)} />;
  return (
    <OperatorProvider value={session.data}>
      <Shell>
        <Guarded>
          <Suspense fallback={<Loading />}>
            <Named />
          </Suspense>
        </Guarded>
      </Shell>
    </OperatorProvider>
  );
}

function Named() {
  const { path } = usePlace();
  const [name, id = ''] = path;
  if (name === undefined) return <Home />;
  const Page = PAGES[name];
  return Page === undefined ? (
    <Headed title="There is no such page">
      <p>The address is mistyped, or from another version.</p>
    </Headed>
  ) : (
    <Page key={`${name}/${id}`} id={id} />
  );
}
