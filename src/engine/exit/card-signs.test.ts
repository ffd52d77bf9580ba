import { expect, test } from 'bun:test';
import { classifyExit } from './classify.ts';
import { servedUntil } from './evidence.fixture.ts';

const read = (line: string) => classifyExit(servedUntil({ code: null, signal: 'SIGKILL', logTail: [line] }));

test.each([
  [
    // vllm#12030
    'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 224.00 MiB. GPU 0 has a total capacity of 11.53 GiB of which 187.75 MiB is free. Including non-PyTorch memory, this process has 11.3 GiB memory in use.',
    'It wanted 224.00 MiB more of card 0, 187.75 MiB of 11.53 GiB were free; lower gpu_memory_utilization of light-0 to 0.51 or',
  ],
  [
    // vllm#15598, where kibibytes were left
    'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 MiB. GPU 6 has a total capacity of 44.53 GiB of which 448.00 KiB is free.',
    'It wanted 2.00 MiB more of card 0, 448.00 KiB of 44.53 GiB were free; lower gpu_memory_utilization of light-0 to 0.51 or',
  ],
  [
    // Enough was free, in pieces.
    'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 50.00 MiB. GPU 0 has a total capacity of 23.56 GiB of which 56.88 MiB is free.',
    'were free; lower gpu_memory_utilization of light-0 or',
  ],
  ['RuntimeError: CUDA error: out of memory', 'Card 0 ran out of memory; lower gpu_memory_utilization of light-0 or'],
  // vllm#18446
  ["(VllmWorker rank=7 pid=240) Cuda failure 'out of memory'", 'Card 0 ran out of memory'],
])('out of memory: %s', (line, advice) => {
  expect(read(line)).toMatchObject({
    cause: 'cuda_out_of_memory',
    from: 'log',
    advice: expect.stringContaining(advice),
  });
});

test.each([
  ['RuntimeError: CUDA error: uncorrectable ECC error encountered', '"uncorrectable ECC error encountered"'], // vllm#5222
  ['torch.AcceleratorError: CUDA error: unspecified launch failure', '"unspecified launch failure"'], // vllm#27430
  [
    "RuntimeError: Worker failed with error 'NCCL error: unhandled cuda error (run with NCCL_DEBUG=INFO)'",
    '"(run with',
  ], // vllm#17813
])('a fault: %s', (line, advice) => {
  expect(read(line)).toMatchObject({ cause: 'cuda_fault', from: 'log', advice: expect.stringContaining(advice) });
});

test.each([
  'RuntimeError: No CUDA GPUs are available',
  'RuntimeError: CUDA error: no CUDA-capable device is detected',
  'RuntimeError: CUDA error: invalid device ordinal',
  'RuntimeError: Failed to infer device type, please set the environment variable `VLLM_LOGGING_LEVEL=DEBUG` to turn on verbose logging',
])('no card: %s', (line) => {
  expect(read(line)).toMatchObject({ cause: 'card_lost', from: 'log', waitAtLeastMs: 300_000 });
});

test('no card, and none was given', () => {
  const about = { replica: 'light-0', gpu: undefined, gpuMemoryUtilization: undefined };
  expect(classifyExit(servedUntil({ logTail: ['RuntimeError: Failed to infer device type'], about })).advice).toBe(
    'It found no card ("Failed to infer device type"), and light-0 has no `gpu`; set it, or install a vLLM built for CPUs.',
  );
});

test('what a client sent, and the API server repeated in an error, is no fault of a card', () => {
  const said = 'NotImplementedError: Unknown part type: GPU is lost';
  expect(read(`(APIServer pid=7) ERROR 11-21 10:00:00 [serving.py:90] ${said}`).cause).toBe('killed');
  expect(read('(EngineCore pid=8) ERROR 11-21 10:00:00 [core.py:90] GPU is lost').cause).toBe('card_lost');
});
