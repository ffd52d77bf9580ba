import { expect, test } from 'bun:test';
import { classifyExit } from './classify.ts';
import { exitOf } from './evidence.fixture.ts';

const read = (line: string, code = 1) => classifyExit(exitOf({ code, logTail: [line] }));

test.each([
  ['vllm: error: unrecognized arguments: --disable-log-requests', 'unrecognized arguments: --disable-log-requests'],
  ['vllm serve: error: argument --max-num-seqs: invalid int value: x', 'argument --max-num-seqs: invalid int value: x'],
  ["KeyError: 'invalid tool call parser: hermez (chose from { hermes,mistral })'", 'invalid tool call parser: hermez'],
  ['TypeError: Error: --enable-auto-tool-choice requires --tool-call-parser', '--enable-auto-tool-choice requires'],
])('a flag that is refused: %s', (line, advice) => {
  expect(read(line, 2)).toMatchObject({ cause: 'bad_flag', retry: false, advice: expect.stringContaining(advice) });
});

test('a value that a config of vLLM refuses', () => {
  const logTail = [
    '(APIServer pid=1) pydantic_core._pydantic_core.ValidationError: 1 validation error for ModelConfig',
    "(APIServer pid=1)   Value error, User-specified max_model_len (99999) is greater than the derived max_model_len (max_position_embeddings=32768 or model_max_length=None in model's config.json). [type=value_error, input_value=ArgsKwargs()]",
  ];
  expect(classifyExit(exitOf({ logTail }))).toMatchObject({
    cause: 'bad_flag',
    advice: expect.stringContaining('User-specified max_model_len (99999) is greater than'),
  });
});

test('a repository that is invalid only because nobody answered', () => {
  const logTail = [
    'httpx.ConnectError: [Errno -3] Temporary failure in name resolution',
    "ValueError: Invalid repository ID or local directory specified: 'Qwen/Qwen3-8B'.",
  ];
  expect(classifyExit(exitOf({ logTail })).cause).toBe('model_unreachable');
});

test.each([
  ["ValueError: Invalid repository ID or local directory specified: '/models/none'.", "'/models/none'"],
  ['Repository Not Found for url: https://huggingface.co/Qwen/None/resolve/main/config.json.', 'Qwen/None'],
  [
    "huggingface_hub.errors.HFValidationError: Repo id must be in the form 'repo_name' or 'namespace/repo_name': '/root/None'.",
    "'/root/None'",
  ],
  ['OSError: v9 is not a valid git identifier (branch name, tag name or commit id).', 'v9 is not a valid git'],
  ['huggingface_hub.errors.GatedRepoError: 403 Client Error.', 'HF_TOKEN'],
  ['huggingface_hub.errors.RevisionNotFoundError: 404 Client Error.', 'RevisionNotFoundError'],
  ["ValueError: Model architectures ['FooForCausalLM'] are not supported for now.", "['FooForCausalLM']"],
])('no such model: %s', (line, advice) => {
  expect(read(line)).toMatchObject({ cause: 'bad_model', retry: false, advice: expect.stringContaining(advice) });
});

test.each([
  "OSError: We couldn't connect to 'https://huggingface.co' to load the files.",
  'huggingface_hub.errors.LocalEntryNotFoundError: Cannot find an appropriate cached snapshot folder.',
])('a model that cannot be fetched now may be later, but not at once: %s', (line) => {
  expect(read(line)).toMatchObject({ cause: 'model_unreachable', retry: true, waitAtLeastMs: 30_000 });
});

test('a model that nobody may fetch', () => {
  const line =
    "huggingface_hub.errors.LocalEntryNotFoundError: Cannot find an appropriate cached snapshot folder for the specified revision on the local disk and outgoing traffic has been disabled. To enable repo look-ups and downloads online, pass 'local_files_only=False' as input.";
  expect(read(line)).toMatchObject({
    cause: 'model_unreachable',
    advice: expect.stringContaining('HF_HUB_OFFLINE is set'),
  });
});

test.each([
  '(APIServer pid=1) OSError: [Errno 98] Address already in use',
  'RuntimeError: The server socket has failed to listen on any local network address. useIpv6: 0, code: -98, name: EADDRINUSE, message: address already in use', // vllm#11617
])('a port or socket that is taken: %s', (line) => {
  expect(read(line)).toMatchObject({ cause: 'address_in_use', retry: true });
});

test.each([
  'importlib.metadata.PackageNotFoundError: No package metadata was found for vllm',
  "ModuleNotFoundError: No module named 'vllm'",
  'ImportError: libcublasLt.so.13: cannot open shared object file: No such file or directory',
])('an installation that is broken: %s', (line) => {
  expect(read(line)).toMatchObject({ cause: 'not_executable', retry: false, from: 'log' });
});
