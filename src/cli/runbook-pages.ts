import badSwap from '../../docs/runbooks/bad-swap.md' with { type: 'text' };
import capacityShort from '../../docs/runbooks/capacity-short.md' with { type: 'text' };
import cardLost from '../../docs/runbooks/card-lost.md' with { type: 'text' };
import certificateKeys from '../../docs/runbooks/certificate-keys.md' with { type: 'text' };
import crashLoop from '../../docs/runbooks/crash-loop.md' with { type: 'text' };
import diskFull from '../../docs/runbooks/disk-full.md' with { type: 'text' };
import fullRestore from '../../docs/runbooks/full-restore.md' with { type: 'text' };
import hungEngine from '../../docs/runbooks/hung-engine.md' with { type: 'text' };
import queueGrowing from '../../docs/runbooks/queue-growing.md' with { type: 'text' };
import list from '../../docs/runbooks/README.md' with { type: 'text' };
import redisDown from '../../docs/runbooks/redis-down.md' with { type: 'text' };

/** The runbooks of this version, by name, as they are in `docs/runbooks`: a host at night has no checkout. */
export const RUNBOOK_PAGES = {
  'card-lost': cardLost,
  'crash-loop': crashLoop,
  'hung-engine': hungEngine,
  'redis-down': redisDown,
  'queue-growing': queueGrowing,
  'bad-swap': badSwap,
  'disk-full': diskFull,
  'certificate-keys': certificateKeys,
  'capacity-short': capacityShort,
  'full-restore': fullRestore,
} as const;

/** What each is for. */
export const RUNBOOK_LIST: string = list;

export type RunbookName = keyof typeof RUNBOOK_PAGES;
