import { DEFAULT_MAX_PAGES, type HttpForeach } from '../../config/foreach.ts';
import { escapeText } from '../../keys/printable.ts';
import type { OriginResponse } from '../../origin/types.ts';
import { countOf } from '../../units/number.ts';
import { refusalOf } from '../check-answer.ts';
import { createBind } from './bind.ts';
import { quoted, sourceFailure } from './failures.ts';
import { createSelect, parseJson } from './json-records.ts';
import { createPager, firstPage } from './pages.ts';
import type { SourceTools, VariableSource, Variables } from './source.ts';
import { spooledSource, variableNames } from './spool.ts';

type HttpTools = Pick<SourceTools, 'ask' | 'baseUrl' | 'warn'>;

/**
 * Asks the origin for the first page of values; further pages are asked for as they are walked, so that a
 * limit of fifty targets does not read a thousand pages.
 * @throws CachectlError `origin.*` where there is no answer, `source.*` where there are no values in it
 */
export async function openHttpSource(foreach: HttpForeach, tools: HttpTools): Promise<VariableSource> {
  const records = readPages(foreach, tools);
  const first = await records.next();
  const bind = await createBind(foreach.as, { what: `select ${quoted(foreach.select)}` });
  async function* variables(): AsyncGenerator<Variables, void, void> {
    for (let page = first; page.done !== true; page = await records.next()) {
      for (const record of page.value) yield bind(record);
    }
  }
  return spooledSource(variableNames(foreach.as), variables());
}

async function* readPages(
  foreach: HttpForeach,
  tools: HttpTools,
): AsyncGenerator<readonly unknown[], void, void> {
  const select = await createSelect(foreach.select, 'the answer of the source');
  const pager = await createPager(foreach.pages, tools.baseUrl);
  const most = foreach.maxPages ?? DEFAULT_MAX_PAGES;
  const asked = new Set<string>();
  let path: string | undefined = firstPage(foreach.path, foreach.pages);
  for (let page = 1; path !== undefined; page++) {
    if (page > most) {
      tools.warn(`${escapeText(foreach.path)} has more than ${countOf(most, 'page')}: the rest is left out`);
      return;
    }
    asked.add(path);
    const response = await tools.ask(path);
    // Applications end a list of pages with an empty one, or with a page that is not there.
    if (page > 1 && response.status === 404 && foreach.pages?.kind === 'param') return;
    const { records, document } = readPage(response, select, page, foreach);
    if (records.length === 0 && foreach.pages?.kind === 'param') return;
    yield records;
    path = pager({ path, document, headers: response.headers, page });
    if (path !== undefined && asked.has(path)) {
      throw sourceFailure(
        'source.pages',
        `the pages of ${escapeText(foreach.path)} lead back to one that was there already`,
        'look at what `pages` finds: the last page has no next one',
      );
    }
  }
}

function readPage(
  response: OriginResponse,
  select: (document: unknown) => readonly unknown[],
  page: number,
  foreach: HttpForeach,
): { readonly records: readonly unknown[]; readonly document: unknown } {
  const refusal = refusalOf(response);
  if (refusal !== undefined) throw refusal;
  const document = parseJson(response.body, 'source');
  // `{"results": null}` after the last page is an empty page.
  if (page > 1 && foreach.pages?.kind === 'param') {
    try {
      return { records: select(document), document };
    } catch {
      return { records: [], document };
    }
  }
  return { records: select(document), document };
}
