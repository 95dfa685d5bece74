export type { TableTenancy, TenancyConfig } from './config.ts';
export { ADMIN_ROLES, listOf } from './config.ts';
export { primaryKey, uniqueKeys } from './graph.ts';
export { inferTenancy, tenantKeys } from './infer.ts';
