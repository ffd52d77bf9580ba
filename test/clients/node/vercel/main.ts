// Vercel's AI SDK with its provider for servers that speak OpenAI's API.
import { serveCases } from '../serve-cases.ts';
import { refusalCases } from './refusals.ts';
import { textCases } from './text.ts';

await serveCases({ ...textCases, ...refusalCases });
