/** Lines around a change that are shown with it. */
const AROUND = 3;

/** A change of one file as `diff -u` prints it; `before` undefined: the file is new. Empty where nothing differs. */
export function unifiedDiff(file: string, before: string | undefined, after: string): string {
  if (before === after) return '';
  const [a, b] = [linesOf(before ?? ''), linesOf(after)];
  const script = editScript(a, b);
  const out = [`--- ${before === undefined ? '/dev/null' : `a/${file}`}`, `+++ b/${file}`];
  for (const [from, to] of hunksOf(script)) {
    const part = script.slice(from, to);
    const [first] = part;
    if (first === undefined) continue;
    const [removed, added] = [part.filter((l) => l.sign !== '+').length, part.filter((l) => l.sign !== '-').length];
    out.push(`@@ -${range(first.a, removed)} +${range(first.b, added)} @@`);
    for (const { sign, a: i, b: j } of part) {
      const line = (sign === '+' ? b[j] : a[i]) ?? '';
      out.push(`${sign}${line.replace(/\n$/, '')}`);
      if (!line.endsWith('\n')) out.push('\\ No newline at end of file');
    }
  }
  return `${out.join('\n')}\n`;
}

function range(start: number, count: number): string {
  return count === 1 ? `${start + 1}` : `${count === 0 ? start : start + 1},${count}`;
}

function linesOf(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** One line of the script; `a` and `b` are the lines' numbers in both files, or where they would stand. */
interface Line {
  readonly sign: ' ' | '-' | '+';
  readonly a: number;
  readonly b: number;
}

/** Myers' greedy script; what both files begin and end with is not looked at. */
function editScript(a: readonly string[], b: readonly string[]): readonly Line[] {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let [endA, endB] = [a.length, b.length];
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) [endA, endB] = [endA - 1, endB - 1];
  const lines: Line[] = [];
  for (let i = 0; i < start; i++) lines.push({ sign: ' ', a: i, b: i });
  lines.push(...middle(a.slice(start, endA), b.slice(start, endB)).map((l) => ({ ...l, a: l.a + start, b: l.b + start })));
  for (let i = 0; endA + i < a.length; i++) lines.push({ sign: ' ', a: endA + i, b: endB + i });
  return lines;
}

function middle(a: readonly string[], b: readonly string[]): readonly Line[] {
  const most = a.length + b.length;
  const far = new Map<number, number>([[1, 0]]);
  const trace: ReadonlyMap<number, number>[] = [];
  for (let d = 0; d <= most; d++) {
    trace.push(new Map(far));
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && (far.get(k - 1) ?? -1) < (far.get(k + 1) ?? -1));
      let x = down ? (far.get(k + 1) ?? 0) : (far.get(k - 1) ?? 0) + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
      far.set(k, x);
      if (x >= a.length && x - k >= b.length) return walkBack(trace, a.length, b.length);
    }
  }
  return [];
}

function walkBack(trace: readonly ReadonlyMap<number, number>[], endA: number, endB: number): readonly Line[] {
  const lines: Line[] = [];
  let [x, y] = [endA, endB];
  for (let d = trace.length - 1; d >= 0; d--) {
    const far = trace[d];
    const k = x - y;
    const down = k === -d || (k !== d && (far?.get(k - 1) ?? -1) < (far?.get(k + 1) ?? -1));
    const from = down ? k + 1 : k - 1;
    const fromX = d === 0 ? 0 : (far?.get(from) ?? 0);
    const fromY = d === 0 ? 0 : fromX - from;
    while (x > fromX && y > fromY) {
      x--;
      y--;
      lines.push({ sign: ' ', a: x, b: y });
    }
    if (d === 0) break;
    if (down) lines.push({ sign: '+', a: x, b: --y });
    else lines.push({ sign: '-', a: --x, b: y });
  }
  return lines.reverse();
}

/** Stretches of the script with their surroundings. */
function hunksOf(script: readonly Line[]): readonly (readonly [number, number])[] {
  const hunks: [number, number][] = [];
  script.forEach(({ sign }, i) => {
    if (sign === ' ') return;
    const last = hunks.at(-1);
    if (last !== undefined && i - AROUND <= last[1]) last[1] = Math.min(script.length, i + AROUND + 1);
    else hunks.push([Math.max(0, i - AROUND), Math.min(script.length, i + AROUND + 1)]);
  });
  return hunks;
}
