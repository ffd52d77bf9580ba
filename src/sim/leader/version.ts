/** What `/version` says: the vLLM whose behaviour is imitated, marked so that nobody takes it for one. */
export const VERSION = '0.32.0+simulated';
