export { buildInfo } from './build-info.ts';
export { addKey, keyIdIn, revokeKey } from './keys/change-keys.ts';
export { readKeysFile } from './keys/keys-file.ts';
export type { StoredKey } from './keys/keys-document.ts';
export { checkKeys } from './keys/open-keys.ts';
export { serveNode, type ServeOutcome } from './serve.ts';
