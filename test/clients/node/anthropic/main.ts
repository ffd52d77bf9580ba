// Anthropic's SDK for TypeScript.
import { serveCases } from '../serve-cases.ts';
import { refusalCases } from './refusals.ts';
import { messageCases } from './messages.ts';
import { toolCases } from './tools.ts';

await serveCases({ ...messageCases, ...toolCases, ...refusalCases });
