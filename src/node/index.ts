export { buildInfo } from './build-info.ts';
export { addKey, keyIdIn, revokeKey } from './keys/change-keys.ts';
export { readKeysFile } from './keys/keys-file.ts';
export type { StoredKey } from './keys/keys-document.ts';
export { chooseNodeStart } from './kept/node-start.ts';
export { checkKeys } from './keys/open-keys.ts';
export { loadContext } from './load-context.ts';
export {
  GIB,
  gibText,
  KNOWN_CARDS_GIB,
  overheadBytes,
  planHost,
  REQUEST_LENGTHS,
  SHIPPED_CARD,
  type CapacityPlan,
  type CardCapacity,
  type ReplicaCapacity,
} from './plan-host.ts';
export { serveNode, type ServeOutcome } from './serve.ts';
