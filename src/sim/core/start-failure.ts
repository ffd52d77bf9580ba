/** A start that ends here; the message is the last line of vLLM's traceback. */
export class StartFailure extends Error {}
