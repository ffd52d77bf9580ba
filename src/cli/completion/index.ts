export { complete, isHidden, type Candidate, type Completion } from './candidates.ts';
export { COMPLETION_SCRIPTS, DIRECTORIES, FILES, SHELLS, type Shell } from './scripts.ts';
