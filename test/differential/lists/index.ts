import type { ListedRequest } from '../request.ts';
import { GOOD } from './good.ts';
import { BROKEN } from './broken.ts';
import { WRONG } from './wrong.ts';
import { ODD } from './odd.ts';
import { PATHS } from './paths.ts';

/** The whole list, in the order in which it is sent. */
export const LISTS: readonly ListedRequest[] = [...GOOD, ...ODD, ...WRONG, ...BROKEN, ...PATHS];
