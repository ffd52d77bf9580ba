/** What `nvidia-smi` is asked; simulated are the two queries that programs read. */
export interface Question {
  readonly about: 'cards' | 'processes';
  readonly fields: readonly string[];
  readonly header: 'shown' | 'left_out';
  readonly units: 'shown' | 'left_out';
  /** Index, UUID or bus id, as given; absent = every card. */
  readonly card: string | undefined;
  readonly ledger: string | undefined;
  readonly cardMib: number | undefined;
}

/** Reads the command line; `undefined` where `nvidia-smi` refuses it. */
export function questionOf(argv: readonly string[]): Question | undefined {
  const flags = flagsOf(argv);
  if (flags === undefined) return undefined;
  const [cards, processes] = [flags.get('--query-gpu'), flags.get('--query-compute-apps')];
  const fields = cards ?? processes;
  const [kind, ...formats] = (flags.get('--format') ?? '').split(',');
  if (fields === undefined || (cards !== undefined && processes !== undefined)) return undefined;
  if (kind !== 'csv' || formats.some((it) => it !== 'noheader' && it !== 'nounits')) return undefined;
  const cardMib = flags.get('--sim-card-mib');
  return {
    about: cards === undefined ? 'processes' : 'cards',
    fields: fields.split(',').map((it) => it.trim()),
    header: formats.includes('noheader') ? 'left_out' : 'shown',
    units: formats.includes('nounits') ? 'left_out' : 'shown',
    card: flags.get('--id'),
    ledger: flags.get('--sim-card-ledger'),
    cardMib: cardMib === undefined ? undefined : Number(cardMib),
  };
}

const FLAGS = new Set([
  '--query-gpu',
  '--query-compute-apps',
  '--format',
  '--id',
  '--sim-card-ledger',
  '--sim-card-mib',
]);

/** Takes `--flag=value`, `--flag value` and `-i value`. */
function flagsOf(argv: readonly string[]): ReadonlyMap<string, string> | undefined {
  const flags = new Map<string, string>();
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at] ?? '';
    const split = word.indexOf('=');
    const written = split < 0 ? word : word.slice(0, split);
    const name = written === '-i' ? '--id' : written;
    const value = split < 0 ? argv[++at] : word.slice(split + 1);
    if (!FLAGS.has(name) || value === undefined) return undefined;
    flags.set(name, value);
  }
  return flags;
}
