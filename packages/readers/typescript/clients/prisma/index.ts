export { prisma } from './adapter.ts';
