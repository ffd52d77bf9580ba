/** What run.sh has prepared; without it nothing here can run. */
function prepared(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: start this lane with \`sh test/real-vllm/run.sh\``);
  return value;
}

/** The directory of the CPU build of vLLM. */
export const VENV = prepared('SSW_REAL_VENV');
/** The directory of the tiny models. */
export const MODELS = prepared('SSW_REAL_MODELS');
/** Where the node's process id is left, for run.sh to end it should this process be killed. */
export const PID_FILE = prepared('SSW_REAL_PID_FILE');
