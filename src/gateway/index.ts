export type { EngineErrorReply, Gateway, GatewayRooms, GatewaySettings, PoolRoute, StartGateway } from './gateway.ts';
export { startGateway } from './start-gateway.ts';
