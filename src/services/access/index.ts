export { createAccess } from './create.ts';
export { accessNamesSchema, checkAccessNames, type KnownNames } from './names.ts';
export { figureNames, grantKinds, ownFigureNames } from './port.ts';
export type * from './port.ts';
export { matches as matchesPattern } from './patterns.ts';
export { explainRoles, mayUse } from './rules.ts';
