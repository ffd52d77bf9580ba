/** Writes `docs/differences.md` from `docs/differences.json`: `bun run test/differential/document.ts`. */
import { join } from 'node:path';
import knownDifferences from '../../docs/differences.json';
import type { KnownDifference } from './compare.ts';
import requests from './requests.json';

export const FILE = join(import.meta.dir, '../../docs/differences.md');

const known: readonly KnownDifference[] = knownDifferences;

export function documented(): string {
  const hostile = requests.filter((it) => it.kind === 'hostile').length;
  const rows = known.map(({ field, requests: seenWith, engine, gateway, reason }) =>
    [code(field), code(seenWith), code(engine), code(gateway), reason].join(' | '),
  );
  return `<!-- Written by test/differential/document.ts from differences.json; change that. -->

# What the gateway answers otherwise than vLLM

For users who come from vLLM itself. ${requests.length} requests (${hostile} of them hostile) are sent straight to a real vLLM server and
through the gateway before it, and every answer is compared: status, content type and each field of the body; of a
stream, each field of its events. What differs is in this table, by which the comparer judges: it fails on a difference
that no row explains, and on a row that explains none. Other response headers are the gateway's own
(docs/api.md) and are not compared; nor are ids, times, and the number of pieces in which a stream's text comes.

Columns two to four are regular expressions for the whole text, empty where anything will do; the first row that fits counts.

| field | requests | vLLM | gateway | reason |
| --- | --- | --- | --- | --- |
${rows.map((it) => `| ${it} |`).join('\n')}
`;
}

const code = (pattern: string | undefined): string =>
  pattern === undefined
    ? ''
    : `<code>${Bun.escapeHTML(pattern).replaceAll('|', '&#124;').replaceAll('*', '&#42;').replaceAll('`', '&#96;')}</code>`;

if (import.meta.main) await Bun.write(FILE, documented());
