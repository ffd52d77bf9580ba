import packageJson from '../../package.json' with { type: 'json' };

declare const BUILD_COMMIT: string;
declare const BUILD_DATE: string;

/** What this binary was made from; the build puts commit and date in, a run from source has none. */
export const buildInfo = {
  version: packageJson.version,
  commit: typeof BUILD_COMMIT === 'undefined' ? 'source' : BUILD_COMMIT,
  builtAt: typeof BUILD_DATE === 'undefined' ? 'unbuilt' : BUILD_DATE,
  bun: Bun.version,
} as const;
