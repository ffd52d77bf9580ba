/** A queue under measurement. What is granted is one of those that wait, not always the one just added. */
export interface Target {
  readonly name: string;
  /** Puts a request of a tenant in line; resolves with what ends it once it may run. */
  acquire(tenant: string): Promise<() => void>;
  /** Lets nobody run until `resume`. */
  pause(): Promise<void>;
  resume(): void;
  /** Resolves when so many wait, and the store knows of each. */
  settled(waiting: number): Promise<void>;
}

/** Requests at once that a target lets run: beyond need, so that the queue is what limits. */
export const RUNNING_MAX = 256;
