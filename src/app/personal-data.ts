import type { PersonalDataProvider } from '../services/privacy/index.ts';
import type { LoadedFeature } from './features.ts';
import type { Platforms } from './platforms.ts';

/** Everything outside the services that stores personal data. */
export const personalDataProviders = (
  features: readonly LoadedFeature[],
  { files }: Pick<Platforms, 'files'>,
): PersonalDataProvider[] => [
  ...features.map(providerOf),
  {
    ...{ kind: 'service', name: 'files' },
    exportUser: (userId) => files.exportUser(userId),
    forgetUser: (tx, userId) => files.forgetUser(tx, userId),
  },
];

const providerOf = ({
  definition: { name },
  parts: { exportUser, onReadConsentRevoked, forgetUser, expire },
}: LoadedFeature): PersonalDataProvider => ({
  ...{ kind: 'feature', name, exportUser, onReadConsentRevoked, forgetUser, expire },
});
