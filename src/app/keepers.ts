import type { Keeper } from '../services/privacy/index.ts';
import type { LoadedFeature } from './features.ts';
import type { Platforms } from './platforms.ts';

/** Everything outside the services that stores something about people. */
export const keepersOf = (features: readonly LoadedFeature[], { files }: Pick<Platforms, 'files'>): Keeper[] => [
  ...features.map(keeperOf),
  {
    ...{ kind: 'service', name: 'files' },
    exportUser: (userId) => files.exportUser(userId),
    forgetUser: (tx, userId) => files.forgetUser(tx, userId),
  },
];

const keeperOf = ({
  definition: { name },
  parts: { exportUser, unreadUser, forgetUser, expire },
}: LoadedFeature): Keeper => ({
  ...{ kind: 'feature', name, exportUser, unreadUser, forgetUser, expire },
});
