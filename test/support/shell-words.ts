/** The words of a line as a shell would split it, without its comment. */
export function shellWords(line: string): string[] {
  return [...line.replace(/ +#.*/, '').matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, plain]) => single ?? double ?? plain ?? '',
  );
}
