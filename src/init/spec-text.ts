import type { FirstScope } from './first-scope.ts';

/** Everything that the file is written from. */
export interface SpecAnswers {
  /** Without user and password. */
  readonly redisUrl: string;
  readonly username: string | undefined;
  readonly needsPassword: boolean;
  /** One line of YAML: `layout: { type: plain, prefix: "shop:" }`. */
  readonly layoutLine: string;
  /** Why it is this one. */
  readonly layoutReason: string;
  readonly originUrl: string;
  readonly scopeName: string;
  readonly scope: FirstScope;
  readonly limit: number;
  readonly mode: 'store' | 'touch';
  /** The schema that editors complete from, as the file names it. */
  readonly schemaFile: string | undefined;
}

/** The spec file, with a comment to everything that is worth knowing. Pure; valid for whatever answers. */
export function specText(answers: SpecAnswers): string {
  const { username, needsPassword } = answers;
  const user = [
    ...(username === undefined ? [] : [`    username: ${quote(username)}`]),
    ...(needsPassword ? ['    password: "${CACHE_PASSWORD:?}"'] : []),
  ];
  return [
    ...(answers.schemaFile === undefined ? [] : [`# yaml-language-server: $schema=${answers.schemaFile}`]),
    '# What cachectl knows of this application. cachectl config schema describes everything that can stand here,',
    '# cachectl config validate checks it.',
    'version: 1',
    '',
    'connections:',
    '  default:',
    '    # The environment variable goes before the address here.',
    `    url: ${quote(`\${REDIS_URL:-${inDefault(answers.redisUrl)}}`)}`,
    ...user,
    '  # Chosen with --env production; protected: deletions by pattern have to be confirmed by its name.',
    '  # production: { url: "rediss://cache.example.com:6380/0", password: "${CACHE_PASSWORD:?}", protected: true }',
    '',
    `# What the application's keys are called in Redis: ${answers.layoutReason}.`,
    answers.layoutLine,
    '',
    '# The application whose answers are cached.',
    'origin:',
    `  base_url: ${quote(`\${ORIGIN_URL:-${inDefault(answers.originUrl)}}`)}`,
    '  # headers: { Authorization: "Bearer ${WARM_TOKEN:-}" }',
    '',
    'defaults:',
    '  ttl: 5m',
    '  # Keys warmed together would otherwise expire together.',
    '  ttl_jitter: 10%',
    '  # Requests under way at once.',
    '  concurrency: 8',
    '',
    'scopes:',
    `  ${quote(answers.scopeName)}:`,
    '    description: What is warmed first',
    ...scopeLines(answers),
    '',
  ].join('\n');
}

function scopeLines({ scope, limit, mode }: SpecAnswers): readonly string[] {
  // Nothing is known yet of the keys that the application writes: expect_keys can name them later.
  const touch =
    mode === 'touch'
      ? [
          '        # The application fills its cache itself; expect_keys: ["pattern"] would prove it.',
          '        mode: touch',
          '        expect_keys: []',
        ]
      : [];
  const listed = (source: string): readonly string[] => [
    `    limit: ${limit}`,
    '    entries:',
    '      - key: "page:{path}"',
    '        path: "{path}"',
    `        foreach: ${source}`,
    ...touch,
  ];
  switch (scope.from) {
    case 'sitemap':
      return listed(`{ from: sitemap, path: ${quote(scope.path)} }`);
    case 'access-log':
      return listed(
        `{ from: access_log, files: [${quote(escapeVariables(scope.file))}], top: ${limit}, query: keep }`,
      );
    case 'paths':
      return [
        '    entries:',
        ...scope.paths.flatMap((path) => [
          `      - key: ${quote(`page:${escapeBraces(path)}`)}`,
          `        path: ${quote(escapeBraces(path))}`,
          ...touch,
        ]),
      ];
  }
}

/** A YAML string in double quotes: JSON's are. */
function quote(text: string): string {
  return JSON.stringify(text);
}

/** `${` begins a variable in the file's strings; `$${` is the two characters. */
function escapeVariables(text: string): string {
  return text.replaceAll('${', () => '$${');
}

/** Braces hold variables of templates; doubled they are themselves. */
function escapeBraces(text: string): string {
  return escapeVariables(text.replaceAll('{', '{{').replaceAll('}', '}}'));
}

/** An address as the default of a variable, which ends at the first brace that is not balanced. */
function inDefault(url: string): string {
  return url.replaceAll('{', '%7B').replaceAll('}', '%7D');
}
