import { expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { createMetrics } from './metrics.ts';

const root = join(import.meta.dir, '../..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

const { groups } = z
  .object({ groups: z.array(z.object({ rules: z.array(z.object({ alert: z.string(), expr: z.string() })) })) })
  .parse(parse(read('deploy/prometheus/alerts.yaml')));
const { panels } = z
  .object({
    panels: z.array(z.object({ title: z.string(), targets: z.array(z.object({ expr: z.string() })).default([]) })),
  })
  .parse(JSON.parse(read('deploy/grafana/dashboards/ssw-infer.json')));

const alerts = groups.flatMap(({ rules }) => rules).map(({ alert, expr }) => [alert, expr] as const);
const queries = panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr] as const));

/** Labels that Prometheus adds, or that histograms have. */
const ADDED = ['instance', 'job', 'le'];

/** Names that a series may be asked for by, with its labels. */
function exported(): Map<string, readonly string[]> {
  const described = z.object({ name: z.string(), type: z.unknown(), labelNames: z.array(z.string()).default([]) });
  const names = new Map<string, readonly string[]>();
  for (const metric of createMetrics().registry.getMetricsAsArray()) {
    const { name, type, labelNames } = described.parse(metric);
    const labels = [...labelNames, ...ADDED];
    const isHistogram = String(type) === 'histogram';
    for (const suffix of isHistogram ? ['_bucket', '_sum', '_count'] : ['']) names.set(`${name}${suffix}`, labels);
  }
  return names;
}

/** Every series that an expression asks for, with the labels it is asked by. */
function askedFor(expr: string): { readonly name: string; readonly labels: readonly string[] }[] {
  const grouped = [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, labels = '']) => labels.split(/,\s*/));
  return [...expr.matchAll(/\b(sswinfer_\w+)(?:\{([^}]*)\})?/g)].map(([, name = '', selector = '']) => {
    const selected = [...selector.matchAll(/(\w+)\s*[=!]~?/g)].map(([, label = '']) => label);
    return { name, labels: [...selected, ...grouped] };
  });
}

/** What is asked for and not exported. */
function unknownIn(expr: string): string[] {
  const known = exported();
  return askedFor(expr).flatMap(({ name, labels }) => {
    const its = known.get(name);
    if (its === undefined) return [name];
    return labels.filter((label) => !its.includes(label)).map((label) => `${label} of ${name}`);
  });
}

test.each(alerts)('the alert %s asks for series and labels that there are', (_alert, expr) => {
  expect(unknownIn(expr)).toEqual([]);
});

test.each(queries)('the panel %s asks for series and labels that there are', (_title, expr) => {
  expect(askedFor(expr)).not.toEqual([]);
  expect(unknownIn(expr)).toEqual([]);
});

test('a series that there is not would be found', () => {
  expect(unknownIn('sum by (pool) (rate(sswinfer_requests_total{result="ok"}[5m]))')).toEqual([
    'result of sswinfer_requests_total',
  ]);
  expect(unknownIn('sswinfer_queue_wait_seconds > 1')).toEqual(['sswinfer_queue_wait_seconds']);
});

test('every alert leads to a page', () => {
  const pages = [...read('deploy/prometheus/alerts.yaml').matchAll(/runbook_url: docs\/runbooks\/[a-z-]+\.md/g)];
  expect(pages).toHaveLength(alerts.length);
});

test('pages name only alerts that there are', () => {
  const known = alerts.map(([alert]) => alert);
  for (const file of new Bun.Glob('docs/runbooks/*.md').scanSync({ cwd: root }))
    for (const [name] of read(file).matchAll(/SswInfer\w+/g)) expect(known).toContain(name);
});

test('docs/metrics.md has every series, with its type and labels, and no other', () => {
  const rows = read('docs/metrics.md').matchAll(/^\| `(sswinfer_\w+)` +\| (\w+) +\| (.*?) +\| (.+?) +\|$/gm);
  const listed = [...rows].map(([, name, type, labels = '', help]) => ({
    name,
    type,
    labels: [...labels.matchAll(/`(\w+)`/g)].map(([, label]) => label),
    help,
  }));
  expect(listed).toEqual(everySeries());
});

/** Every series by name, as it says of itself. */
function everySeries() {
  const metric = z.object({ name: z.string(), help: z.string(), labelNames: z.array(z.string()).default([]) });
  return createMetrics()
    .registry.getMetricsAsArray()
    .map((it) => ({ ...metric.parse(it), type: it.constructor.name.toLowerCase() }))
    .map(({ name, type, labelNames: labels, help }) => ({ name, type, labels, help }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
