/** Whether a path, relative to the run's base, matches one of the globs. The matcher is loaded for those who have globs. */
export async function matcher(globs: readonly string[]): Promise<(file: string) => boolean> {
  if (globs.length === 0) return () => false;
  const { default: picomatch } = await import('picomatch');
  const matches = picomatch([...globs], { dot: true });
  return (file) => matches(file);
}
