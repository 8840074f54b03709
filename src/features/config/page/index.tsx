import { Alert, Checkbox, Loader, Select, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../../../web/src/dashboard/kit/index.ts';
import type { DashboardPage } from '../../../../web/src/dashboard/kit/index.ts';
import type { FeatureSettings, Named, Server } from './model.ts';
import styles from './page.module.css';
import { SettingRow } from './setting-row.tsx';
import { texts } from './texts.ts';

export const page: DashboardPage = { title: texts.title, order: 10, Page: SettingsPage };

/** The settings of all features in a server, to look through and to change. */
function SettingsPage() {
  const api = useApi();
  const servers = useQuery({
    queryKey: ['config', 'servers'],
    queryFn: () => api.ask<Named[]>('GET', '/config/servers'),
  });
  const [chosen, setChosen] = useState<string | null>(null);
  const serverId = chosen ?? servers.data?.[0]?.id ?? null;
  const server = useQuery({
    queryKey: ['config', serverId],
    queryFn: () => api.ask<Server>('GET', `/config/servers/${serverId ?? ''}`),
    enabled: serverId !== null,
  });
  const problem = servers.error ?? server.error;
  if (problem) return <Alert color="red">{problem.message}</Alert>;
  if (servers.data?.length === 0) return <p>{texts['no-servers']}</p>;
  if (!servers.data || !server.data) return <Loader aria-label={texts.title} />;
  return (
    <div className={styles.page}>
      <h1>{texts.title}</h1>
      <Select
        label={texts.server}
        data={servers.data.map(({ id, name }) => ({ value: id, label: name }))}
        value={serverId}
        allowDeselect={false}
        onChange={setChosen}
      />
      <Settings server={server.data} />
    </div>
  );
}

function Settings({ server }: { readonly server: Server }) {
  const [search, setSearch] = useState('');
  const [changedOnly, setChangedOnly] = useState(false);
  const wanted = search.trim().toLowerCase();
  const fitting = server.features
    .map((feature) => ({ ...feature, settings: settingsThat(feature, wanted, changedOnly) }))
    .filter(({ settings }) => settings.length > 0);
  return (
    <>
      <div className={styles.search}>
        <TextInput
          aria-label={texts.search}
          placeholder={texts.search}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
        <Checkbox
          label={texts['changed-only']}
          checked={changedOnly}
          onChange={(event) => setChangedOnly(event.currentTarget.checked)}
        />
      </div>
      {fitting.map(({ feature, name, summary, settings }) => (
        <section key={feature} aria-label={name}>
          <h2>{name}</h2>
          <p>{summary}</p>
          <ul className={styles.rows}>
            {settings.map((setting) => (
              <SettingRow key={setting.key} server={server} feature={feature} setting={setting} />
            ))}
          </ul>
        </section>
      ))}
      {fitting.length === 0 ? <p role="status">{texts['none-found']}</p> : null}
    </>
  );
}

function settingsThat({ feature, settings }: FeatureSettings, wanted: string, changedOnly: boolean) {
  return settings.filter(({ key, name, about, from }) => {
    const isFitting = `${feature}.${key} ${name} ${about}`.toLowerCase().includes(wanted);
    return isFitting && (!changedOnly || from === 'server');
  });
}
