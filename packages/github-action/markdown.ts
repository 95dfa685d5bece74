/**
 * Text of strangers as Markdown that shows it and does nothing else: no markup, no HTML, no link, no mention, no
 * reference, no formula. Characters that GitHub's Markdown gives a meaning become entities; where a meaning is found
 * after entities are read (mentions, references, links), a character without width stands between.
 */
export function plain(text: string): string {
  return text
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2060-\u2069]/g, ' ')
    .replace(/[!-/:-@[-`{-~]/g, (c) => (/[.,;()-]/.test(c) ? c : `&#${c.charCodeAt(0)};`))
    .replace(/&#(?:64|35);/g, (c) => `${c}&#8203;`)
    .replace(/&#58;(?=&#47;|[a-z+-])/gi, '&#58;&#8203;')
    .replace(/\b(www)\./gi, '$1&#8203;.')
    .replace(/\b(GH)-(?=\d)/gi, '$1&#8203;-');
}

/** The same as code. */
export function code(text: string): string {
  return `<code>${plain(text)}</code>`;
}

/** A message of ours, which puts names in backticks: those become code, and the names in them cannot leave it. */
export function prose(text: string): string {
  const parts = text.split('`');
  return parts.map((part, i) => (i % 2 === 0 ? plain(part) : i < parts.length - 1 ? code(part) : plain(`\`${part}`))).join('');
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
