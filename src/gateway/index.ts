export type { Gateway, GatewayRooms, PoolRoute, StartGateway } from './gateway.ts';
