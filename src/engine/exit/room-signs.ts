import { cardOf } from './card-memory.ts';
import type { LogSign } from './log-sign.ts';
import { noKvCache, notAdmitted, tooLong } from './room-advice.ts';

/** What vLLM says of the memory of its card before it serves, where free, total and used are the card's, not its own. */
export const ROOM_SIGNS: readonly LogSign[] = [
  {
    cause: 'profiling_race',
    sign: /Error in memory profiling\. Initial free memory ([\d.]+ GiB), current free memory ([\d.]+ GiB)/,
    advice: ([, before, after], evidence) =>
      `Another process freed memory of ${cardOf(evidence)} while this one measured it (${before} → ${after} free); nothing else may start or stop there.`,
  },
  {
    cause: 'no_card_memory',
    sign: /(?:Free memory on device|Available memory on node)(?: cuda:\d+| \d+)? \(([\d.]+)\/([\d.]+) GiB\).*?utilization \([\d.]+, ([\d.]+) GiB\)/,
    advice: ([, free = '', total = '', wanted = ''], evidence) => notAdmitted({ free, total, wanted }, evidence),
  },
  {
    cause: 'no_kv_room',
    sign: /max seq len \((\d+)\), \(?([\d.]+) GiB KV cache is needed, which is larger than the available KV cache memory \((-?[\d.]+) GiB\)(?:.*?estimated maximum model length is (\d+))?/,
    advice: ([, length = '', needed = '', available = '', fits], evidence) =>
      tooLong({ length, needed, available, fits }, evidence),
  },
  {
    cause: 'no_kv_room',
    sign: /No available memory for the cache blocks/,
    advice: (_, evidence) => noKvCache(evidence),
  },
];
