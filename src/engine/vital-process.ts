/** Titles that vLLM gives the processes behind its API server, as the kernel cuts them (proc_pid_comm(5)). */
const VITAL = /^VLLM::(?:EngineCor|Worker)/;

/**
 * Whether an engine is lost when its process of this `comm` (15 characters, from /proc/PID/stat) ends. The API server
 * exits seconds later by itself.
 */
export function isVitalProcess(comm: string): boolean {
  return VITAL.test(comm);
}
