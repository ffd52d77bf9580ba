import type { Site } from '../overhead/targets/target.ts';

/** Another gateway or proxy, as it is found, configured and started here. Nothing of theirs is part of the project. */
export interface Peer {
  readonly name: string;
  /** Its executable; absent where it is not installed. */
  readonly executable: string | undefined;
  /** How to come by it, in a few words. */
  readonly remedy: string;
  /** Whether the processes it starts are its own; else they are engines, and no cost of its. */
  readonly ownsChildren: boolean;
  /** Most streams at once that are put on it; default: any. */
  readonly streamsMax?: number;
  /** Load before it is measured, for one that is slow at first; default: as all. */
  readonly warmUpMs?: number;
  /** The model name that leads to the upstream; default: the upstream's own. */
  readonly model?: string;
  /** What it has before `/v1`; nothing unless told. */
  readonly path?: string;
  /** What it wants in every request. */
  headers?(upstreamPort: number): Readonly<Record<string, string>>;
  version(): Promise<string>;
  /** Writes what it needs into the empty `directory` of the place, and gives its command line. */
  command(place: Place): Promise<readonly string[]>;
  /** What remains to be done as soon as it listens. */
  prepare?(place: Place): Promise<void>;
}

/** Where one peer runs. */
export interface Place {
  readonly executable: string;
  readonly directory: string;
  /** Where it must listen, on 127.0.0.1. */
  readonly port: number;
  /** Where the fake upstream listens, on 127.0.0.1. */
  readonly upstreamPort: number;
  readonly site: Site;
}
