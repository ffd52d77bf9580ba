import type { ExitEvidence } from './evidence.ts';

/** The line behind which an engine serves. */
const SERVING = 'Application startup complete.';

/** The log as far as it can explain the end: what a start complained of ends no engine that came to serve after it. */
export function sinceServing({ logTail }: ExitEvidence): readonly string[] {
  return logTail.slice(logTail.findLastIndex((line) => line.includes(SERVING)) + 1);
}

/** Lines below an error: what is logged as a warning, or tried once more, was recovered from. */
const RECOVERED = /(?:WARNING|INFO|DEBUG) \d\d-\d\d |\[[WI]\d{3,4} | thrown while requesting |Retrying in \d/;

/** Of a line looked through: the words that matter stand at its beginning, and nobody waits while this is read. */
const LINE_CHARS_MAX = 2000;

/** Its errors. */
export function complaints(evidence: ExitEvidence): string {
  return complaintLines(evidence).join('\n');
}

/** As vLLM begins the lines of its API server. */
const OF_THE_API = '(APIServer ';

/**
 * The same of what works on the card. An API server that serves does not, and repeats in its errors what clients
 * sent (vllm/entrypoints/chat_utils.py, "Unknown part type"): they shall not say what an engine died of.
 */
export function cardComplaints(evidence: ExitEvidence): string {
  const lines = complaintLines(evidence);
  const isServing = evidence.whileIn === 'serving';
  return lines.filter((line) => !isServing || !line.startsWith(OF_THE_API)).join('\n');
}

function complaintLines(evidence: ExitEvidence): readonly string[] {
  return sinceServing(evidence)
    .map((line) => line.slice(0, LINE_CHARS_MAX))
    .filter((line) => !RECOVERED.test(line));
}
