import type { Layered, Overlay } from '../../config/index.ts';
import type { RolloutRecord } from '../../supervisor/index.ts';
import type { ConfigStore, KeptName, KeptRollout, Wish } from './config-store.ts';
import { keepConfig } from './kept-config.ts';

/** One change of what runs, from one config to another. */
export interface Change {
  readonly id: string;
  readonly wish: Wish;
  readonly from: Layered;
  readonly to: Layered;
}

/**
 * Notes how a change goes, so that whenever this process ends, the next one finds what to start. Each writes more than
 * one file: their order is such that `chooseStart` comes to the same after any of them.
 */
export interface Journal {
  /** Before the first replica is touched. */
  began(change: Change): void;
  /** An earlier life began it. */
  resumed(rollout: KeptRollout): void;
  recorded(record: RolloutRecord): void;
  /**
   * `formerNames` is absent where they were kept by an earlier life, or are lost with it. Whether it is kept: what is not,
   * the next life does not know of.
   */
  succeeded(to: Layered, formerNames: readonly KeptName[] | undefined): boolean;
  takenBack(change: Change, cause: string): void;
  /** The change does not matter any more: something else was wished since. */
  overtaken(): void;
  /** Every replica was ready under this config. */
  provenWhole(config: Layered): void;
  /** What holds on top of the file is this by now. */
  settled(overlay: Overlay): void;
}

interface JournalParts {
  readonly store: ConfigStore;
  /** RFC 3339. */
  readonly now: () => string;
  /** Something could not be kept. The change goes on: what runs is worth more than what is written of it. */
  readonly complain: (cause: unknown) => void;
}

export function createJournal({ store, now, complain }: JournalParts): Journal {
  let current: KeptRollout | undefined;
  const keep = (rollout: KeptRollout) => {
    current = rollout;
    store.keepRollout(rollout);
  };
  const forget = () => {
    current = undefined;
    store.forgetRollout();
  };
  const isKept = (act: () => void): boolean => succeeds(act, complain);
  const attempt = (act: () => void): void => void isKept(act);
  return {
    began: ({ id, wish, from, to }) =>
      attempt(() =>
        keep({ id, at: now(), wish, from: keepConfig(from), to: keepConfig(to), lives: 0, record: undefined }),
      ),
    resumed: (rollout) => attempt(() => keep({ ...rollout, lives: rollout.lives + 1 })),
    recorded: (record) =>
      attempt(() => {
        if (current !== undefined) keep({ ...current, record });
      }),
    succeeded: (to, formerNames) =>
      isKept(() => {
        if (formerNames !== undefined) store.keepFormerNames(formerNames);
        store.keepLastGood(keepConfig(to), now());
        store.keepOverlay(to.overlay);
        if (store.rejected()?.textFingerprint === to.textFingerprint) store.pardon();
        forget(); // last: until then the rollout says that all is done
      }),
    takenBack: ({ id, wish, from, to }, cause) =>
      attempt(() => {
        if (wish === 'reload') store.reject({ textFingerprint: to.textFingerprint, cause, at: now(), rollout: id });
        store.keepLastGood(keepConfig(from), now());
        forget();
      }),
    overtaken: () => attempt(forget),
    provenWhole: (config) => attempt(() => store.keepLastGood(keepConfig(config), now())),
    settled: (overlay) => attempt(() => store.keepOverlay(overlay)),
  };
}

function succeeds(act: () => void, complain: (cause: unknown) => void): boolean {
  try {
    act();
    return true;
  } catch (cause) {
    complain(cause);
    return false;
  }
}
