export { createBaseline, record, recordBefore, type Baseline } from './baseline.ts';
export { createWatched, judge, watch, type Judgement, type Objectives, type Watched } from './judge.ts';
export { readBaseline, writeBaseline } from './kept-baseline.ts';
export { sampleOf, type Run, type Sample } from './sample.ts';
