"""What users of OpenAI's SDK for Python do."""
