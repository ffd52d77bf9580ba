/** Prints what the dashboard asks for as recording rules, so that Prometheus's own parser reads each expression. */
import { join } from 'node:path';

interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
}

const file = join(import.meta.dir, '../../deploy/grafana/dashboards/ssw-infer.json');
const { panels } = (await Bun.file(file).json()) as { readonly panels: readonly Panel[] };
const expressions = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
// Grafana puts a duration there; its other variables stand in quotes, where any text will do.
const rules = expressions.map((expr, index) => ({
  record: `panel:${index}`,
  expr: expr.replaceAll('$__rate_interval', '5m'),
}));
process.stdout.write(JSON.stringify({ groups: [{ name: 'dashboard', rules }] }));
