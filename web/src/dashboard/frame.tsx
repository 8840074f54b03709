import { NavLink, useMantineColorScheme } from '@mantine/core';
import { useEffect, useState } from 'react';
import { Icon } from '../shared/icons.tsx';
import styles from './dashboard.module.css';
import { pages } from './pages.ts';

const featureIn = (hash: string): string | undefined => /^#\/([a-z0-9-]+)/.exec(hash)?.[1];

/** Navigation beside the page that the address names; the first one where it names none. */
export function Frame({ onSignOut }: { readonly onSignOut: () => void }) {
  const [feature, setFeature] = useState(() => featureIn(location.hash));
  useEffect(() => {
    const read = (): void => setFeature(featureIn(location.hash));
    addEventListener('hashchange', read);
    return () => removeEventListener('hashchange', read);
  }, []);
  const page = pages.find((one) => one.feature === feature) ?? pages[0];
  useEffect(() => {
    document.title = page === undefined ? 'Familiar dashboard' : `${page.title} · Familiar`;
  }, [page]);
  return (
    <div className={styles.frame}>
      <header className={styles.bar}>
        <strong>Familiar</strong>
        <nav aria-label="Pages">
          {pages.map((one) => (
            <NavLink
              key={one.feature}
              href={`#/${one.feature}`}
              label={one.title}
              active={one === page}
              aria-current={one === page ? 'page' : undefined}
            />
          ))}
        </nav>
        <SchemeSwitch />
        <button type="button" className={styles.quiet} onClick={onSignOut}>
          Sign out
        </button>
      </header>
      <main className={styles.page}>{page === undefined ? <p>No feature has a page.</p> : <page.Page />}</main>
    </div>
  );
}

function SchemeSwitch() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const next = colorScheme === 'light' ? 'dark' : 'light';
  return (
    <button
      type="button"
      className={styles.quiet}
      aria-label={`Use ${next} colours`}
      title={`Use ${next} colours`}
      onClick={() => setColorScheme(next)}
    >
      <Icon name={next === 'light' ? 'sun' : 'moon'} size={18} />
    </button>
  );
}
