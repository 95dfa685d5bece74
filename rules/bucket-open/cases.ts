import { mentionsRow, needsCaller, type Formula } from '@tenantlint/model';

/** One way to satisfy a policy of storage.objects. */
export interface StorageCase {
  /** The bucket that it names; undefined: any. */
  readonly bucket: string | undefined;
  /** It looks at the object's path or owner, or cannot be told. */
  readonly bound: boolean;
  /** It asks something of other tables: a role, a membership. */
  readonly asks: boolean;
  /** It only holds for somebody who is signed in. */
  readonly signedIn: boolean;
}

const ANY: StorageCase = { bucket: undefined, bound: false, asks: false, signedIn: false };

const MOST = 64;
/** Columns of storage.objects that say whose the object is. */
const WHOSE = ['name', 'owner', 'owner_id', 'path_tokens', 'user_metadata', 'metadata', 'id'];

/** Every way to satisfy the formula; undefined where there are too many to tell. */
export function casesOf(formula: Formula): readonly StorageCase[] | undefined {
  switch (formula.kind) {
    case 'true': return [ANY];
    case 'false': return [];
    case 'or': {
      const parts = formula.of.map(casesOf);
      const all = parts.flatMap((part) => part ?? []);
      return parts.includes(undefined) || all.length > MOST ? undefined : all;
    }
    case 'and': {
      let out: readonly StorageCase[] = [ANY];
      for (const part of formula.of) {
        const next = casesOf(part);
        if (next === undefined || out.length * next.length > MOST) return undefined;
        out = out.flatMap((one) => next.flatMap((other) => joined(one, other)));
      }
      return out;
    }
    case 'exists': {
      const inner = casesOf(formula.where);
      return inner?.map((one) => ({ ...one, asks: true }));
    }
    case 'compare': {
      for (const [one, other] of [[formula.left, formula.right], [formula.right, formula.left]] as const) {
        if (one.kind === 'column' && one.row === 0 && one.column === 'bucket_id' && formula.op === '=' && other.kind === 'value' && other.value.kind === 'literal') return [{ ...ANY, bucket: String(other.value.value) }];
      }
      return [atom(formula)];
    }
    case 'null': case 'not': return [atom(formula)];
    // Whatever it is, it may bind the object.
    case 'opaque': return [{ ...ANY, bound: true }];
  }
}

function atom(formula: Formula): StorageCase {
  return { ...ANY, bound: WHOSE.some((column) => mentionsRow(formula, 0, column)), signedIn: needsCaller(formula) };
}

function joined(a: StorageCase, b: StorageCase): readonly StorageCase[] {
  if (a.bucket !== undefined && b.bucket !== undefined && a.bucket !== b.bucket) return [];
  return [{ bucket: a.bucket ?? b.bucket, bound: a.bound || b.bound, asks: a.asks || b.asks, signedIn: a.signedIn || b.signedIn }];
}
