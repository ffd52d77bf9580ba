const INSTALLED = '/etc/ssw-infer/replicas.yaml';
const LOCAL = './config/replicas.yaml';

/** Which file to read: the flag, else `$SSW_CONFIG`, else the local default, else the installed one. */
export function locateConfig(
  flag: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
  exists: (path: string) => boolean,
): string {
  return flag ?? env['SSW_CONFIG'] ?? (exists(LOCAL) ? LOCAL : INSTALLED);
}
