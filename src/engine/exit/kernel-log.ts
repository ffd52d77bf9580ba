/** A fault of a card as NVIDIA's driver logs it (NVIDIA, "Xid Errors"). */
export interface Xid {
  /** `0000:1a:00`. */
  readonly pci: string;
  readonly number: number;
  /** Of the process it is about, where it is about one. */
  readonly pid: number | undefined;
  readonly text: string;
}

/** A process that the kernel killed for memory (mm/oom_kill.c). */
export interface OomKill {
  readonly pid: number;
  readonly name: string;
  readonly anonRssKiB: number | undefined;
  /** Whose memory ran out. */
  readonly of: 'host' | 'cgroup';
}

const XID = /NVRM: Xid \(PCI:([0-9a-f:.]+)[^)]*\): (\d+)(?:, pid='?(\d+|<unknown>)'?)?(?:, name=[^,]*)?,? ?(.*)/i;

/** The same without a number: `NVRM: GPU 0000:02:00.0: GPU has fallen off the bus.` */
const OFF_THE_BUS = /NVRM: GPU (?:at )?(?:PCI:)?([0-9a-f:.]+?):? .*fallen off the bus/i;

/** A card that the driver does not reach any more. */
export const XID_OFF_THE_BUS = 79;

export function xidsIn(lines: readonly string[]): Xid[] {
  return lines.flatMap((line) => {
    const [, pci, number, pid, text = ''] = XID.exec(line) ?? [];
    if (pci !== undefined) return [{ pci, number: Number(number), pid: Number(pid) || undefined, text: text.trim() }];
    const [, lost] = OFF_THE_BUS.exec(line) ?? [];
    if (lost === undefined) return [];
    return [{ pci: lost, number: XID_OFF_THE_BUS, pid: undefined, text: 'GPU has fallen off the bus.' }];
  });
}

const KILLED = /(Memory cgroup out|Out) of memory: Killed process (\d+) \(([^)]*)\)(?:.*?anon-rss:(\d+)kB)?/i;

export function oomKillsIn(lines: readonly string[]): OomKill[] {
  return lines.flatMap((line) => {
    const [, scope, pid, name = '', anonRssKiB] = KILLED.exec(line) ?? [];
    if (scope === undefined) return [];
    const rss = anonRssKiB === undefined ? undefined : Number(anonRssKiB);
    return [{ pid: Number(pid), name, anonRssKiB: rss, of: scope === 'Out' ? ('host' as const) : ('cgroup' as const) }];
  });
}

/** Whether two PCI addresses are one card, however many digits and whether or not a function is written. */
export function isSameCard(one: string, other: string): boolean {
  return addressOf(one) === addressOf(other);
}

function addressOf(pci: string): string {
  const [device = '', bus = '', domain = '0'] = pci
    .replace(/\.\d+$/, '')
    .split(':')
    .toReversed();
  return [domain, bus, device].map((part) => Number.parseInt(part, 16)).join(':');
}
