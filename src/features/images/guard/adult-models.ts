import { matchesPattern } from '../../../sdk/index.ts';
import type { ImageSettings } from '../settings.ts';

/** Whether a model draws in age-restricted channels alone. */
export const isAdultModel = ({ adultModels }: Pick<ImageSettings, 'adultModels'>, modelId: string): boolean =>
  adultModels.some((pattern) => matchesPattern(pattern, modelId));
