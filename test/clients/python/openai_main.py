"""OpenAI's SDK for Python."""

from openai_cases import errors, responses, retries, shaped, text
from serve_cases import serve_cases

serve_cases(*text.CASES, *shaped.CASES, *responses.CASES, *errors.CASES, *retries.CASES)
