import { inlineAction } from './entries/actions.ts';
import { registered } from './entries/registered.ts';
import type { Interpreter } from './flow.ts';
import { apply, invoke } from './interpret/calls.ts';
import { memberOf, staticMember } from './interpret/classes.ts';
import { readClient } from './interpret/clients.ts';
import { evaluate } from './interpret/expressions.ts';
import { exported } from './interpret/modules.ts';
import { ofType } from './interpret/types.ts';
import { judge } from './judge/verdict.ts';
import { decorated } from './python/decorators.ts';

/** The interpreter, put together from its parts. */
export const interpreter: Interpreter = { evaluate, apply, invoke, memberOf, staticMember, exported, ofType, readClient, decorated, register: registered, inlineAction, judge };
