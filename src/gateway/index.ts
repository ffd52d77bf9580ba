export type {
  EngineErrorReply,
  FormerName,
  Gateway,
  GatewayRooms,
  GatewaySettings,
  PoolRoute,
  StartGateway,
} from './gateway.ts';
export { renameModel } from './body/rename-model.ts';
export { composeKey, hashKey, KEY_ID, keyIdOf, type ApiKey } from './tenants/keys/api-key.ts';
export type { KeyPolicy } from './tenants/door.ts';
export { startGateway } from './start-gateway.ts';
