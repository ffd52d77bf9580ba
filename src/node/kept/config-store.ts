import { z } from 'zod';
import { NO_OVERLAY, type Overlay } from '../../config/index.ts';
import {
  formatLastGood,
  keptConfigSchema,
  overlaySchema,
  parseJson,
  parseLastGood,
  type KeptConfig,
  type LastGood,
} from './kept-config.ts';
import { recordSchema } from './rollout-record.ts';
import type { StateFiles } from './state-files.ts';

/** A file's text that was tried and taken back. */
const rejectedSchema = z.object({
  textFingerprint: z.string(),
  cause: z.string(),
  at: z.string(),
  /** The rollout that tried it. */
  rollout: z.string(),
});
export type Rejected = z.output<typeof rejectedSchema>;

/** Who asked for a rollout: who edited the file, or who swapped a model on top of it. */
const wishes = ['reload', 'swap'] as const;
export type Wish = (typeof wishes)[number];

const rolloutSchema = z
  .object({
    id: z.string(),
    at: z.string(),
    wish: z.enum(wishes),
    from: keptConfigSchema,
    to: keptConfigSchema,
    /** Lives of the node that ended in the middle of it. */
    lives: z.int().min(0),
    record: recordSchema.optional(),
  })
  .transform((it) => ({ ...it, record: it.record }));

/** A change of replicas that is not over: where from, where to, and how far it is. */
export type KeptRollout = z.output<typeof rolloutSchema>;

const formerNamesSchema = z.array(z.object({ pool: z.string(), name: z.string(), untilUnixMs: z.number() }));
/** Real names of models that were replaced, and until when they lead to what is in their place. */
export type KeptName = z.output<typeof formerNamesSchema>[number];

/** What a node keeps of its configs from one life to the next. */
export interface ConfigStore {
  lastGood(): LastGood | undefined;
  overlay(): Overlay;
  rejected(): Rejected | undefined;
  rollout(): KeptRollout | undefined;
  formerNames(): readonly KeptName[];
  keepLastGood(config: KeptConfig, at: string): void;
  keepOverlay(overlay: Overlay): void;
  reject(rejected: Rejected): void;
  pardon(): void;
  keepRollout(rollout: KeptRollout): void;
  forgetRollout(): void;
  keepFormerNames(names: readonly KeptName[]): void;
}

/** The files, in `paths.state`/config. */
const LAST_GOOD = 'last-good.yaml';
const OVERLAY = 'overlay.json';
const REJECTED = 'rejected.json';
const ROLLOUT = 'rollout.json';
const FORMER_NAMES = 'former-names.json';

/**
 * A text that cannot be understood counts as none: it is this program's own, and there is nobody to ask. What was taken back
 * is read once: who asks for `status` must be told of it on a disk that is full, or gone, too.
 */
export function createConfigStore(files: StateFiles): ConfigStore {
  let known: { readonly rejected: Rejected | undefined } | undefined;
  const json = <T>(name: string, schema: z.ZodType<T>): T | undefined => {
    const text = files.read(name);
    return text === undefined ? undefined : parseJson(schema, text);
  };
  const write = (name: string, value: unknown) => files.write(name, `${JSON.stringify(value, null, 2)}\n`);
  return {
    lastGood() {
      const text = files.read(LAST_GOOD);
      return text === undefined ? undefined : parseLastGood(text);
    },
    overlay: () => json(OVERLAY, overlaySchema) ?? NO_OVERLAY,
    rejected: () => (known ??= { rejected: json(REJECTED, rejectedSchema) }).rejected,
    rollout: () => json(ROLLOUT, rolloutSchema),
    formerNames: () => json(FORMER_NAMES, formerNamesSchema) ?? [],
    keepLastGood: (config, at) => files.write(LAST_GOOD, formatLastGood({ ...config, at })),
    keepOverlay: (overlay) => (Object.keys(overlay).length === 0 ? files.remove(OVERLAY) : write(OVERLAY, overlay)),
    reject(rejected) {
      known = { rejected };
      write(REJECTED, rejected);
    },
    pardon() {
      known = { rejected: undefined };
      files.remove(REJECTED);
    },
    keepRollout: (rollout) => write(ROLLOUT, rollout),
    forgetRollout: () => files.remove(ROLLOUT),
    keepFormerNames: (names) => (names.length === 0 ? files.remove(FORMER_NAMES) : write(FORMER_NAMES, names)),
  };
}
