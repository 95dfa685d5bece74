export { argument, equal, listOf, pathOf, textOf, truthOf, unknown, NO_ARGS, type Args, type ClassValue, type Value, type ValueOf } from './values.ts';
export { Interpreter, isTooMuch, OutOfFuel, type Guard, type Host } from './interpreter.ts';
export type { Completion } from './execute.ts';
export { basesOf, classMember, fieldValue, identityOf, isEnum, lineage, packageBases } from './classes.ts';
export { elementsOf } from './evaluate.ts';
export { Scope } from './scope.ts';
export { TextPlaces, concat, plainText, printed, slice, type TextPart } from './text.ts';
