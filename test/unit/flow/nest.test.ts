import { expect, test } from 'vitest';
import { analyseProduct, brief, SCHEMA } from './product.ts';

const BASE = {
  'src/prisma.service.ts': `import { PrismaClient } from '@prisma/client';
import { Injectable } from '@nestjs/common';
@Injectable() export class PrismaService extends PrismaClient {}`,
  'src/auth/jwt.strategy.ts': `import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { Strategy } from 'passport-jwt';
import { PrismaService } from '../prisma.service';
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy) {
  constructor(private readonly prisma: PrismaService) { super({ secretOrKey: process.env.SECRET }); }
  async validate(payload: { sub: string; orgId: string }) {
    const member = await this.prisma.member.findFirst({ where: { userId: payload.sub, orgId: payload.orgId } });
    if (!member) return null;
    return { id: payload.sub, orgId: member.orgId };
  }
}`,
  'src/auth/user.ts': `import { createParamDecorator, SetMetadata } from '@nestjs/common';
export const CurrentUser = createParamDecorator((field, context) => { const { user } = context.switchToHttp().getRequest(); return field ? user[field] : user; });
export const Public = () => SetMetadata('public', true);`,
  'src/auth/jwt.guard.ts': `import { Injectable } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import { Reflector } from '@nestjs/core';
@Injectable()
export class JwtGuard extends AuthGuard('jwt') {
  constructor(private readonly reflector: Reflector) { super(); }
  canActivate(context) { if (this.reflector.getAllAndOverride('public', [context.getHandler(), context.getClass()])) return true; return super.canActivate(context); }
}`,
  'src/projects.service.ts': `import { Injectable, NotFoundException } from '@nestjs/common';
import { PrismaService } from './prisma.service';
@Injectable()
export class ProjectsService {
  constructor(private readonly prisma: PrismaService) {}
  one(id: string, orgId: string) { return this.prisma.project.findFirst({ where: { id, orgId } }); }
  any(id: string) { return this.prisma.project.findUnique({ where: { id } }); }
  total(ids: string[]) { return this.prisma.invoice.aggregate({ _sum: { amount: true }, where: { id: { in: ids } } }); }
  create(dto: CreateProject, orgId: string) { return this.prisma.project.create({ data: { name: dto.name, slug: dto.slug, orgId } }); }
}
export class CreateProject { name!: string; slug!: string; orgId!: string; }`,
};

const controller = (...args: Parameters<typeof product>): string[] => brief(product(...args)).filter((line) => !line.startsWith('Member.'));

function product(methods: string, top = '', above = `@UseGuards(JwtGuard)`, schema = SCHEMA, module = '') {
  return analyseProduct({
    schema,
    files: {
      ...BASE,
      'src/projects.controller.ts': `import { Body, Controller, Delete, Get, Inject, Injectable, Param, Post, Query, Req, UseGuards, UseInterceptors, CanActivate, ForbiddenException } from '@nestjs/common';
import { REQUEST } from '@nestjs/core';
import { CurrentUser, Public } from './auth/user';
import { JwtGuard } from './auth/jwt.guard';
import { ProjectsService, CreateProject } from './projects.service';
import { PrismaService } from './prisma.service';
${top}
@Controller('projects') ${above}
export class ProjectsController {
  constructor(private readonly projects: ProjectsService, private readonly prisma: PrismaService) {}
  ${methods}
}`,
      'src/app.module.ts': `import { MiddlewareConsumer, Module, RequestMethod } from '@nestjs/common';
import * as own from './projects.controller';
import { ProjectsController } from './projects.controller';
import { ProjectsService } from './projects.service';
import { JwtStrategy } from './auth/jwt.strategy';
@Module({ controllers: [ProjectsController], providers: [ProjectsService, JwtStrategy] }) export class AppModule { ${module} }`,
    },
  });
}

const rest = ['Invoice.aggregate unknown', 'Project.create scoped'];

test('the tenant of the token, through the strategy and a decorator of the program', () => {
  expect(controller(`@Get(':id') one(@CurrentUser() me, @Param('id') id: string) { return this.projects.one(id, me.orgId); }`)).toContain('Project.findFirst scoped');
  expect(controller(`@Get(':id') one(@CurrentUser('orgId') orgId: string, @Param('id') id: string) { return this.projects.one(id, orgId); }`)).toContain('Project.findFirst scoped');
});

test('the tenant of the query string proves nothing', () => {
  expect(controller(`@Get(':id') one(@Query('org') org: string, @Param('id') id: string) { return this.projects.one(id, org); }`).find((line) => line.startsWith('Project.findFirst'))).toMatch(/leak|scoped chosen-tenant/);
});

test('an id alone', () => {
  expect(controller(`@Get(':id') one(@Param('id') id: string) { return this.projects.any(id); }`)).toContain('Project.findUnique leak unbound-id');
});

test('sums of other tenants\' rows are their secrets as well', () => {
  expect(controller(`@Post('total') total(@Body('ids') ids: string[]) { return this.projects.total(ids); }`)).toContain('Invoice.aggregate leak unbound-id');
});

test('a body of a class is what was sent', () => {
  expect(controller(`@Post() create(@Body() dto: CreateProject, @CurrentUser() me) { return this.projects.create(dto, me.orgId); }`)).toContain('Project.create scoped');
  expect(controller(`@Post() create(@Body() dto: CreateProject) { return this.projects.create(dto, dto.orgId); }`).find((line) => line.startsWith('Project.create'))).toContain('leak');
});

test('a guard that compares the row with the caller', () => {
  const top = `class OwnsProject implements CanActivate {
  constructor(private readonly prisma: PrismaService) {}
  async canActivate(context) {
    const { user, params } = context.switchToHttp().getRequest();
    const p = await this.prisma.project.findUnique({ where: { id: params.id } });
    return p?.orgId === user.orgId;
  }
}`;
  expect(controller(`@Get(':id') @UseGuards(OwnsProject) one(@Param('id') id: string) { return this.projects.any(id); }`, top)).toEqual(expect.arrayContaining(['Project.findUnique guarded']));
  const without = top.replace('return p?.orgId === user.orgId;', 'return p !== null;');
  expect(controller(`@Get(':id') @UseGuards(OwnsProject) one(@Param('id') id: string) { return this.projects.any(id); }`, without)).toContain('Project.findUnique leak unbound-id');
});

const CUSTOMER_GUARD = `class CustomerGuard implements CanActivate {
  constructor(private readonly prisma: PrismaService) {}
  async canActivate(context) {
    const request = context.switchToHttp().getRequest();
    const { orgId, customerId } = request.params;
    const member = await this.prisma.member.findFirst({ where: { userId: request.user.id, orgId } });
    if (!member) throw new ForbiddenException();
    if (customerId) request.customer = await this.ofOrg(orgId, customerId);
    return true;
  }
  async ofOrg(orgId: string, customerId: string) {
    const customer = await this.prisma.customer.findUnique({ where: { id: customerId } });
    if (!customer) throw new ForbiddenException();
    if (customer.orgId !== orgId) throw new ForbiddenException();
    return customer;
  }
}`;
const VISITS = `${SCHEMA.replace('invoices Invoice[]\n\n  @@unique([orgId, email])', 'invoices Invoice[]\n  visits Visit[]\n\n  @@unique([orgId, email])').replace('versions  Version[]', 'versions  Version[]\n  notes Note[]')}
model Visit {
  id         String    @id @default(uuid())
  orgId      String    @default("")
  customerId String?
  customer   Customer? @relation(fields: [customerId], references: [id])
}
model Note {
  id         String   @id @default(uuid())
  visitId    String
  documentId String
  document   Document @relation(fields: [documentId], references: [id])
}`;

test('a row that a guard binds to the tenant and puts on the request', () => {
  const remove = `@Delete('orgs/:orgId/customers/:customerId/visits/:id') async remove(@Param('id') id: string, @Req() request) {
    const found = await this.prisma.visit.findUnique({ where: { id, customerId: request.customer.id } });
    if (!found) return null;
    await this.prisma.$transaction(async (tx) => {
      await tx.note.deleteMany({ where: { visitId: id } });
      await tx.visit.delete({ where: { id } });
    });
  }`;
  const sites = (guard: string) => controller(remove, guard, '@UseGuards(JwtGuard, CustomerGuard)', VISITS).filter((line) => /^(?:Visit|Note)\./.test(line));
  expect(sites(CUSTOMER_GUARD)).toEqual(['Visit.findUnique guarded', 'Note.deleteMany guarded', 'Visit.delete guarded']);
  const without = CUSTOMER_GUARD.replace('if (customer.orgId !== orgId) throw new ForbiddenException();', '');
  expect(sites(without)).toEqual(expect.arrayContaining(['Note.deleteMany leak unbound-id', 'Visit.delete leak unbound-id']));
});

const TENANT_MIDDLEWARE = `export class TenantMiddleware {
  constructor(private readonly prisma: PrismaService) {}
  async use(req, res, next) {
    const org = await this.prisma.organization.findFirst({ where: { members: { some: { userId: req.user.id } } } });
    if (!org) throw new ForbiddenException();
    req.orgId = org.id;
    next();
  }
}`;
test('middlewares run before the controllers and paths that they are configured for', () => {
  const check = TENANT_MIDDLEWARE.replace('req.orgId = org.id;', `if (req.params.orgId !== org.id) throw new ForbiddenException();`);
  const any = `@Get(':orgId/all') all(@Param('orgId') orgId: string) { return this.prisma.project.findMany({ where: { orgId } }); }`;
  const at = (configure: string) => controller(any, check, '', SCHEMA, `configure(consumer: MiddlewareConsumer) { consumer${configure}; }`).filter((line) => line.startsWith('Project.findMany'));
  expect(at('')).toEqual(['Project.findMany leak chosen-tenant']);
  for (const routes of [`'*'`, 'ProjectsController', '...[ProjectsController]', `'projects/*'`, `{ path: 'projects/:orgId/all', method: RequestMethod.GET }`]) {
    expect(at(`.apply(own.TenantMiddleware).exclude('health').forRoutes(${routes})`), routes).toEqual(['Project.findMany scoped']);
  }
  for (const routes of [`'invoices'`, 'ProjectsService', `{ path: 'projects/:orgId/all', method: RequestMethod.POST }`]) {
    expect(at(`.apply(own.TenantMiddleware).forRoutes(${routes})`), routes).toEqual(['Project.findMany leak chosen-tenant']);
  }
  expect(at(`.apply(own.TenantMiddleware).exclude('projects/(.*)').forRoutes('*')`)).toEqual(['Project.findMany leak chosen-tenant']);
});

test('where a middleware may run before a route, nothing is proven', () => {
  const certainty = (routes: string) => product(`@Get(':id') one(@Param('id') id: string) { return this.prisma.invoice.findUnique({ where: { id } }); }`, TENANT_MIDDLEWARE, '@UseGuards(JwtGuard)', SCHEMA, `configure(consumer: MiddlewareConsumer) { consumer.apply(own.TenantMiddleware).forRoutes(${routes}); }`).flatMap((s) => (s.operation === 'findUnique' && s.model === 'Invoice' ? [`${s.verdict} ${s.certainty}`] : []));
  expect(certainty(`'invoices'`)).toEqual(['leak proven']);
  for (const routes of [`'projects'`, `process.env.ROUTES`, `...own.routes()`]) expect(certainty(routes), routes).toEqual(['leak likely']);
});

test('what was checked by halves proves nothing', () => {
  const service = `@Injectable() class Invoices {
  constructor(private readonly prisma: PrismaService) {}
  find(id: string, orgId?: string) { return this.prisma.invoice.findUnique({ where: { id, ...(orgId ? { orgId } : {}) } }); }
}`;
  const certainty = (find: string) => product(`@Delete(':id') async remove(@Param('id') id: string, @CurrentUser() me, @Req() req) {
    const found = await new Invoices(this.prisma).find(id, ${find});
    if (!found) throw new ForbiddenException();
    await this.prisma.invoice.delete({ where: { id } });
    return found;
  }`, service).flatMap((s) => (s.operation === 'delete' ? [`${s.verdict} ${s.certainty}`] : []));
  expect(certainty('undefined')).toEqual(['leak proven']);
  expect(certainty('me.orgId')).toEqual(['leak likely']);
});

test('a guard that asks for a row of the staff leaves nothing proven', () => {
  const guard = `class StaffGuard implements CanActivate {
  constructor(private readonly prisma: PrismaService) {}
  async canActivate(context) {
    const { user } = context.switchToHttp().getRequest();
    if (!(await this.prisma.member.findFirst({ where: { orgId: user.orgId, user: { isSuperAdmin: true } } }))) throw new ForbiddenException();
    return true;
  }
}`;
  const all = (top: string) => product(`@Get() all() { return this.prisma.invoice.findMany(); }`, top, '@UseGuards(JwtGuard, StaffGuard)', SCHEMA.replace('email       String   @unique', 'email String @unique\n  isSuperAdmin Boolean')).flatMap((s) => (s.operation === 'findMany' ? [`${s.verdict} ${s.certainty}`] : []));
  expect(all(guard)).toEqual(['leak likely']);
  expect(all(guard.replace('isSuperAdmin: true', `email: 'x'`))).toEqual(['leak proven']);
});

test('a client id is known to everybody', () => {
  const schema = `${SCHEMA.replace('invoices  Invoice[]', 'invoices  Invoice[]\n  clients Client[]')}
model Client {
  id           String       @id
  clientId     String       @unique
  clientSecret String
  orgId        String
  org          Organization @relation(fields: [orgId], references: [id])
}`;
  const found = (where: string) => product(`@Get() one(@Query('client') client: string) { return this.prisma.client.findFirst({ where: { ${where}: client } }); }`, '', '@UseGuards(JwtGuard)', schema).flatMap((s) => (s.model === 'Client' ? [`${s.verdict} ${s.certainty}`] : []));
  expect(found('clientId')).toEqual(['leak likely']);
  expect(found('id')).toEqual(['leak proven']);
});

test('interceptors run around the handler, after the guards', () => {
  const top = `class TenantInterceptor {
  constructor(private readonly prisma: PrismaService) {}
  async intercept(context, next) {
    const request = context.switchToHttp().getRequest();
    const project = await this.prisma.project.findUnique({ where: { id: request.params.id } });
    if (project?.orgId !== request.user.orgId) throw new ForbiddenException();
    return next.handle().pipe(map((data) => ({ data })));
  }
}`;
  const one = `@Get(':id') @UseInterceptors(TenantInterceptor) one(@Param('id') id: string) { return this.projects.any(id); }`;
  const sites = (text: string) => controller(one, text).filter((line) => line.startsWith('Project.findUnique'));
  expect(sites(top)).toEqual(['Project.findUnique guarded', 'Project.findUnique guarded']);
  expect(sites(top.replace('if (project?.orgId !== request.user.orgId)', 'if (!project)'))).toContain('Project.findUnique leak unbound-id');
});

test('the request is handed to providers that ask for it', () => {
  const top = `@Injectable() class Projects {
  constructor(@Inject(REQUEST) private readonly request, private readonly prisma: PrismaService) {}
  all() { return this.prisma.project.findMany({ where: { orgId: BY } }); }
}
@Controller('scoped') @UseGuards(JwtGuard)
export class ScopedController { constructor(private readonly own: Projects) {} @Get() all() { return this.own.all(); } }`;
  const sites = (by: string) => controller('', top.replace('BY', by)).filter((line) => line.startsWith('Project.findMany'));
  expect(sites('this.request.user.orgId')).toEqual(['Project.findMany scoped']);
  expect(sites('this.request.query.orgId')).toEqual(['Project.findMany leak chosen-tenant']);
});

test('a public route has no caller', () => {
  expect(controller(`@Public() @Get(':id') one(@Param('id') id: string) { return this.projects.any(id); }`).find((line) => line.startsWith('Project.findUnique'))).toContain('leak');
});

test('methods that no decorator makes an entry point are called by others only', () => {
  expect(controller(`helper() { return 1; }`)).toEqual(expect.arrayContaining(rest));
});
