export { createNotifier, type Notifier } from './notify.ts';
export { type Sent } from './datagram.ts';
