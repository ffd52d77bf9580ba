export { buildInfo } from './build-info.ts';
export { serveNode } from './serve.ts';
