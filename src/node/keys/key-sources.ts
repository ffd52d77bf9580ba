import { join } from 'node:path';
import type { Config } from '../../config/index.ts';

/** A file that holds keys. */
export interface KeySource {
  readonly file: string;
  /** The config names it: without it nobody is let in. Another counts once it is there. */
  readonly isRequired: boolean;
}

/** Where systemd keeps the credentials of the installed unit, for who is not started by it (systemd.exec(5)). */
const CREDENTIALS_OF_THE_UNIT = '/run/credentials/ssw-infer.service';

/** Where a config has its keys. `credentials` is `CREDENTIALS_DIRECTORY`, as systemd sets it. */
export function keySources(
  { gateway, paths }: Pick<Config, 'gateway' | 'paths'>,
  credentials = CREDENTIALS_OF_THE_UNIT,
): readonly KeySource[] {
  const { keysFile, keysCredential } = gateway;
  const own: KeySource = { file: paths.keysFile, isRequired: keysFile !== undefined };
  if (keysCredential === undefined) return [own];
  return [{ file: join(credentials, keysCredential), isRequired: true }, own];
}
