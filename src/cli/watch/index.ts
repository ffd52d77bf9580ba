export { openLiveTerminal, type LiveTerminal } from './live-terminal.ts';
export { LEAVE_SCREEN } from './screen.ts';
export { watchStatus } from './watch.ts';
