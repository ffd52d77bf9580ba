import type { LoadContext } from '../config/index.ts';

/** What loading a config depends on in this process. */
export const loadContext = (): LoadContext => ({ env: process.env, uid: process.getuid?.() ?? 0 });
