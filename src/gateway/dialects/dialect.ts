import type { ApiError } from '../errors/errors.ts';
import type { EngineError } from './engine-error.ts';

/** A refusal as its clients read it. */
export interface Refused {
  readonly status: number;
  readonly body: object;
}

/** How one family of APIs tells of errors and of a stream's end. Engines speak it to us, and we to clients. */
export interface Dialect {
  /** An error in place of an answer. */
  refusal(error: ApiError): Refused;
  /** The last event of a stream whose status has gone out; `before` holds the last events that its client got. */
  errorEvent(error: ApiError, before: Buffer): string;
  /** What a stream says that has nothing to say, so that nobody takes it for dead. */
  readonly keepAlive: string;
  /** Whether whole events end with the mark of a complete stream. Asked of every chunk: cheap. */
  isComplete(events: Buffer): boolean;
  /** Whether events say no more than that an answer will come: they wait for it, so that another engine may give it. */
  isAnnouncement(events: Buffer): boolean;
  /** Whether events may tell of a failure. Asked of every chunk: cheap, and never wrong when it says no. */
  looksBroken(events: Buffer): boolean;
  /** The failure that one event's data tells of. */
  eventError(data: string): EngineError | undefined;
  /** The failure that a whole reply with a good status tells of. */
  documentError(body: Buffer): EngineError | undefined;
}
