import type { JsonRecord } from '../../body/json.ts';

/** What a client gets in place of an event; `undefined`: the event as it came. */
export type InPlace = { readonly events: readonly JsonRecord[]; readonly isOver: boolean } | undefined;

/** Filters the answers of one API. It may change what it is given. */
export interface AnswerFilter {
  /** One event of a stream. */
  event(event: JsonRecord): InPlace;
  /** A whole answer; says whether it changed. */
  document(answer: JsonRecord): boolean;
  /** What ends a stream that is over before its engine ended it. */
  readonly closing: string;
}
