/** A process that holds memory of a card. */
export interface CardProcess {
  readonly pid: number;
  readonly name: string;
  /** `undefined` where the driver does not tell (MIG, WDDM). */
  readonly usedMiB: number | undefined;
}

/** What one look at a card told. */
export type CardReading =
  | {
      readonly is: 'read';
      /** What programs may have: without what the driver keeps for itself. As CUDA counts it, and with it vLLM. */
      readonly totalMiB: number;
      readonly freeMiB: number;
      /** `00000000:1A:00.0`, where the driver tells it. */
      readonly pciBusId?: string | undefined;
      /** Those that the driver lists here: none where it may not, or where pids are of another namespace. */
      readonly processes: readonly CardProcess[];
    }
  /** The driver says that it has no such card, or has one no more. */
  | { readonly is: 'lost'; readonly because: string }
  /** Nothing is known: no tool, no leave, no answer, an answer that nobody understands. */
  | { readonly is: 'unreadable'; readonly because: string };

/** Looks at cards. */
export interface CardReader {
  /** One look, within `CARD_READ_MS`. Never rejects. */
  read(gpu: number): Promise<CardReading>;
}
