import { Badge, Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useApi } from '../../../../web/src/dashboard/kit/index.ts';
import { Control } from './control.tsx';
import type { Change, Server, Setting } from './model.ts';
import styles from './page.module.css';
import { texts } from './texts.ts';

interface SettingRowProps {
  readonly server: Server;
  readonly feature: string;
  readonly setting: Setting;
}

/** One setting: what it is, its value, where that comes from, and the way back. */
export function SettingRow({ server, feature, setting }: SettingRowProps) {
  const api = useApi();
  const queries = useQueryClient();
  const path = `/config/servers/${server.id}/${feature}/${setting.key}`;
  const change = useMutation({
    mutationFn: (to: Change) => (to === null ? api.ask('DELETE', path) : api.ask('PUT', path, to)),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['config', server.id] }),
  });
  const isFile = setting.changedBy === 'file';
  return (
    <li className={styles.row} data-setting={`${feature}.${setting.key}`}>
      <div>
        <b>{setting.name}</b>
        <p>{setting.about.replaceAll('`', '')}</p>
        <small>
          {setting.allowed} · <code>{`${feature}.${setting.key}`}</code>
        </small>
      </div>
      <div className={styles.control}>
        <Control
          // A saved value begins a new draft.
          key={`${setting.written}/${setting.from}`}
          server={server}
          setting={setting}
          busy={change.isPending}
          problem={change.error?.message ?? null}
          onChange={(to) => change.mutate(to)}
        />
        <div className={styles.source}>
          <Badge variant={setting.from === 'server' ? 'filled' : 'default'} tt="none">
            {isFile ? texts['in-file'] : texts.from[setting.from]}
          </Badge>
          {setting.from === 'server' ? (
            <Button variant="subtle" size="compact-sm" onClick={() => change.mutate(null)} loading={change.isPending}>
              {texts.reset}
            </Button>
          ) : null}
          <span role="status">{change.isSuccess ? texts.saved : ''}</span>
        </div>
      </div>
    </li>
  );
}
