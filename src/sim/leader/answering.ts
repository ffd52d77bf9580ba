import { errorBody, type ApiError } from '../openai/errors.ts';
import type { HttpReply } from './http.ts';

/** An answer in JSON text. */
export const answerText = (json: string, status = 200): HttpReply => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: json,
});

export const answerJson = (body: unknown, status = 200): HttpReply => answerText(JSON.stringify(body), status);

export const answerError = (error: ApiError): HttpReply => answerText(errorBody(error), error.status);
