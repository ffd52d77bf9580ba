export { buildInfo } from './build-info.ts';
export { serveNode, type ServeOutcome } from './serve.ts';
