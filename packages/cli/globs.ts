/** Whether a file matches one of the globs, seen from where they were written. The matcher is loaded for those who have globs. */
export async function matcher(globs: readonly string[], seen: (file: string) => string): Promise<(file: string) => boolean> {
  if (globs.length === 0) return () => false;
  const { default: picomatch } = await import('picomatch');
  const matches = picomatch([...globs], { dot: true });
  return (file) => matches(seen(file));
}
