// OpenAI's SDK for Node. It is built for Node (`bun build --target node`) and runs under Node and Bun alike.
import { serveCases } from '../serve-cases.ts';
import { cancelCases } from './cancel.ts';
import { errorCases } from './errors.ts';
import { responseCases } from './responses.ts';
import { retryCases } from './retries.ts';
import { shapedCases } from './shaped.ts';
import { textCases } from './text.ts';
import { toolCases } from './tools.ts';

await serveCases({
  ...textCases,
  ...shapedCases,
  ...toolCases,
  ...responseCases,
  ...errorCases,
  ...retryCases,
  ...cancelCases,
});
