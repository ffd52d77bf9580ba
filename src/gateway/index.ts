export type { EngineErrorReply, Gateway, GatewayRooms, PoolRoute, StartGateway } from './gateway.ts';
export { startGateway } from './start-gateway.ts';
