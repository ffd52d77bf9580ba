/** What `ps` shows of vLLM's engine process; the kernel keeps 15 bytes of it (proc_pid_comm(5)). */
export const CORE_TITLE = 'VLLM::EngineCore';
