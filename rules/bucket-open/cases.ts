import { disjuncts, mentionsRow, needsCaller, type Formula } from '@tenantlint/model';

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

/** Columns of storage.objects that say whose the object is. */
const WHOSE = ['name', 'owner', 'owner_id', 'path_tokens', 'user_metadata', 'metadata', 'id'];

/** Every way to satisfy the formula; none where there are too many to tell. */
export function casesOf(formula: Formula): readonly StorageCase[] {
  return (disjuncts(formula) ?? []).flatMap((atoms): readonly StorageCase[] => {
    const buckets = [...new Set(atoms.flatMap(bucketOf))];
    // Two buckets at once are none.
    if (buckets.length > 1) return [];
    return [{
      bucket: buckets[0],
      bound: atoms.some((atom) => atom.kind === 'opaque' || WHOSE.some((column) => mentionsRow(atom, 0, column))),
      asks: atoms.some(asksElsewhere),
      signedIn: atoms.some(needsCaller),
    }];
  });
}

function bucketOf(atom: Formula): readonly string[] {
  if (atom.kind !== 'compare' || atom.op !== '=') return [];
  for (const [one, other] of [[atom.left, atom.right], [atom.right, atom.left]] as const) {
    if (one.kind === 'column' && one.row === 0 && one.column === 'bucket_id' && other.kind === 'value' && other.value.kind === 'literal') return [String(other.value.value)];
  }
  return [];
}

function asksElsewhere(atom: Formula): boolean {
  const terms = atom.kind === 'compare' ? [atom.left, atom.right] : atom.kind === 'null' ? [atom.of] : [];
  return terms.some((term) => term.kind === 'column' && term.row !== 0);
}
