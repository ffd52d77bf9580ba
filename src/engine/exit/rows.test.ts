import { expect, test } from 'bun:test';
import { classifyExit } from './classify.ts';
import { CROWDED_CARD, exitOf, servedUntil, START_FAILED } from './evidence.fixture.ts';
import type { ExitCause } from './cause.ts';
import type { ExitEvidence } from './evidence.ts';
import { EXIT_RULES, type ExitRule } from './rules.ts';

interface Row {
  readonly exit: ExitEvidence;
  readonly from: 'log' | 'kernel' | 'signal' | 'code';
  /** The whole line. */
  readonly advice: string;
}

/** Every cause, told by what vLLM, the driver or the kernel really wrote. */
const ROWS: Readonly<Record<ExitCause, Row | 'ours alone'>> = {
  // vllm#32521, in which an older vLLM is given a newer one's flag.
  bad_flag: {
    exit: exitOf({ code: 2, logTail: ['vllm: error: unrecognized arguments: --enable-logging-iteration-details'] }),
    from: 'log',
    advice: 'Correct the args of the pool or replica: unrecognized arguments: --enable-logging-iteration-details',
  },
  // POSIX sh, 2.8.2: a command that is not found.
  not_executable: {
    exit: exitOf({ code: 127, logTail: ['sh: 1: exec: /opt/vllm/bin/vllm: not found'] }),
    from: 'code',
    advice:
      'There is no vllm, or not the Python it runs on; run scripts/install-vllm.sh, or correct engine.executable.',
  },
  // transformers/utils/hub.py, `cached_files`; vllm/transformers_utils/config.py says the same of a directory.
  bad_model: {
    exit: exitOf({
      logTail: [
        'OSError: v9 is not a valid git identifier (branch name, tag name or commit id) that exists for this model name.',
      ],
    }),
    from: 'log',
    advice: 'Check model and revision of the pool: v9 is not a valid git identifier.',
  },
  // transformers/utils/hub.py, `cached_files`.
  model_unreachable: {
    exit: exitOf({
      logTail: [
        "OSError: We couldn't connect to 'https://huggingface.co' to load the files, and couldn't find them in the cached files.",
      ],
    }),
    from: 'log',
    advice:
      'The model could not be fetched from https://huggingface.co; check the network, or download it and set `model` to its directory.',
  },
  // vllm#9763.
  address_in_use: {
    exit: exitOf({ logTail: ['(APIServer pid=1) OSError: [Errno 98] Address already in use'] }),
    from: 'log',
    advice: 'Another process has its port or socket; find it with `ss -lptnx` or give the replica another port.',
  },
  // vllm/v1/worker/utils.py, `request_memory`.
  no_card_memory: {
    exit: exitOf({
      logTail: [
        '(EngineCore pid=253) ERROR 07-15 21:01:01 [core.py:1240] EngineCore failed to start.',
        '(EngineCore pid=253) ERROR 07-15 21:01:01 [core.py:1240] ValueError: Free memory on device cuda:0 (19.69/44.43 GiB) on startup is less than desired GPU memory utilization (0.52, 23.1 GiB). Decrease GPU memory utilization or reduce GPU memory used by other processes.',
        START_FAILED,
      ],
      card: CROWDED_CARD,
    }),
    from: 'log',
    advice:
      'Needs 23.1 GiB free on card 0, 19.69 of 44.43 are (12.0 GiB held by pid 4242 python, some held by pid 17 Xorg); lower gpu_memory_utilization of light-0 to 0.44 or stop one of them.',
  },
  // vllm#55827: of two that started at once on a card of 48 GB, the second.
  no_kv_room: {
    exit: exitOf({
      logTail: [
        '(EngineCore pid=9) INFO 09-08 10:00:02 [gpu_worker.py:456] Available KV cache memory: -0.01 GiB',
        '(EngineCore pid=9) ERROR 09-08 10:00:02 [core.py:1240] ValueError: No available memory for the cache blocks. Try increasing `gpu_memory_utilization` when initializing the engine.',
        START_FAILED,
      ],
      card: { totalMiB: 49_140, freeMiB: 30_000, holders: [] },
      about: { replica: 'light-0', gpu: 0, gpuMemoryUtilization: 0.2 },
    }),
    from: 'log',
    advice:
      '-0.01 GiB are left for the KV cache once weights and working memory have theirs; raise gpu_memory_utilization of light-0 to 0.21 or more, 0.61 at most, or take a smaller model; what else started on card 0 meanwhile was counted too.',
  },
  // vllm#56830.
  profiling_race: {
    exit: exitOf({
      logTail: [
        'AssertionError: Error in memory profiling. Initial free memory 82.94 GiB, current free memory 90.17 GiB. This happens when other processes sharing the same container release GPU memory while vLLM is profiling during initialization. To fix this, ensure consistent GPU memory allocation or isolate vLLM in its own container.',
        START_FAILED,
      ],
    }),
    from: 'log',
    advice:
      'Another process freed memory of card 0 while this one measured it (82.94 GiB → 90.17 GiB free); nothing else may start or stop there.',
  },
  // vllm#15039.
  cuda_out_of_memory: {
    exit: servedUntil({
      logTail: [
        "ERROR 03-19 10:55:18 [engine.py:158] OutOfMemoryError('CUDA out of memory. Tried to allocate 128.00 MiB. GPU 0 has a total capacity of 79.33 GiB of which 16.00 MiB is free. Process 36891 has 79.29 GiB memory in use.",
      ],
      about: { replica: 'light-0', gpu: 2, gpuMemoryUtilization: 0.95 },
    }),
    from: 'log',
    advice:
      'It wanted 128.00 MiB more of card 2, 16.00 MiB of 79.33 GiB were free; lower gpu_memory_utilization of light-0 to 0.94 or of its neighbours, or max-num-seqs.',
  },
  // vllm#24430; the driver's line as in NVIDIA's "Xid Errors".
  cuda_fault: {
    exit: servedUntil({
      logTail: [
        '(EngineCore pid=77) torch.AcceleratorError: CUDA error: an illegal memory access was encountered',
        '(APIServer pid=1) vllm.v1.engine.exceptions.EngineDeadError: EngineCore encountered an issue. See stack trace (above) for the root cause.',
      ],
      pids: [1, 77],
      kernelLines: [
        'NVRM: Xid (PCI:0000:1a:00): 31, pid=77, name=VLLM::EngineCor, channel 0x00000008, MMU Fault: ENGINE GRAPHICS',
      ],
    }),
    from: 'log',
    advice:
      'Card 0 reported "an illegal memory access was encountered" (XID 31: channel 0x00000008, MMU Fault: ENGINE GRAPHICS); if it comes back, reset the card or have it looked at.',
  },
  // NVIDIA/NVSentinel#155.
  card_lost: {
    exit: servedUntil({
      logTail: ['(EngineCore pid=77) torch.AcceleratorError: CUDA error: unknown error'],
      kernelLines: ["NVRM: Xid (PCI:0000:44:00): 79, pid='<unknown>', name=<unknown>, GPU has fallen off the bus."],
      card: 'lost',
    }),
    from: 'kernel',
    advice:
      'Card 0 is lost (XID 79: GPU has fallen off the bus); reset it with `nvidia-smi -r -i 0` or reboot, and check its power and seat.',
  },
  // mm/oom_kill.c, `__oom_kill_process`; the figures of a host with 8 GB that loads weights.
  host_out_of_memory: {
    exit: exitOf({
      logTail: [START_FAILED],
      kernelLines: [
        'Out of memory: Killed process 14015 (VLLM::EngineCor) total-vm:27144376kB, anon-rss:3993204kB, file-rss:69212kB, shmem-rss:98540kB, UID:2110064466 pgtables:11488kB oom_score_adj:0',
      ],
      pids: [14_001, 14_015],
    }),
    from: 'kernel',
    advice:
      'The kernel killed its VLLM::EngineCor (pid 14015), which held 3.8 GiB, for want of memory of the host; give it more, or run less there.',
  },
  // vLLM 0.32.0 on a CPU, its core ended by `kill -9`; the leader exits with 0.
  engine_core_died: {
    exit: servedUntil({
      logTail: [
        '(APIServer pid=16749) INFO 11-21 12:18:26 [utils.py:628] [shutdown] Process manager: send sigterm to process EngineCore',
        '(Worker pid=18120) INFO 11-21 12:18:26 [multiproc_executor.py:843] Parent process exited, terminating worker queues',
        '(APIServer pid=16749) WARNING 11-21 12:18:26 [core_client.py:817] [shutdown] MPClient: engine core exited unexpectedly; starting cleanup',
        '(APIServer pid=16749) ERROR 11-21 12:18:26 [async_llm.py:906] AsyncLLM output_handler failed.',
        '(APIServer pid=16749) ERROR 11-21 12:18:26 [async_llm.py:906] vllm.v1.engine.exceptions.EngineDeadError: EngineCore encountered an issue. See stack trace (above) for the root cause.',
        'INFO:     Shutting down',
        'INFO:     Finished server process [16749]',
      ],
    }),
    from: 'log',
    advice: 'Its engine core died of nothing it told of; see `journalctl -k`.',
  },
  crashed: {
    exit: servedUntil({ code: null, signal: 'SIGSEGV' }),
    from: 'signal',
    advice: 'It crashed with SIGSEGV; look at the last lines of its log.',
  },
  killed: {
    exit: servedUntil({ code: null, signal: 'SIGKILL' }),
    from: 'signal',
    advice: 'It was ended from outside by SIGKILL, perhaps by the kernel for want of host memory (`journalctl -k`).',
  },
  unknown: {
    exit: exitOf({
      code: 1,
      logTail: [
        '(EngineCore_0 pid=94) ERROR 09-18 00:35:12 [core.py:708] EngineCore failed to start.',
        "(EngineCore_0 pid=94) ERROR 09-18 00:35:12 [core.py:708] PermissionError: [Errno 13] Permission denied: '/mnt/models/.cache/vllm'",
        START_FAILED,
      ],
    }),
    from: 'code',
    advice: `It exited with 1 and said "PermissionError: [Errno 13] Permission denied: '/mnt/models/.cache/vllm'".`,
  },
  stalled: {
    exit: servedUntil({ code: null, signal: 'SIGKILL', seen: 'stalled' }),
    from: 'signal',
    advice: 'It was ended because tokens were owed and none came; see its last lines with `ssw-infer logs`.',
  },
  unresponsive: {
    exit: servedUntil({ code: null, signal: 'SIGKILL', seen: 'unresponsive' }),
    from: 'signal',
    advice: 'It was ended because its API did not answer; see its last lines with `ssw-infer logs`.',
  },
  unreachable: {
    exit: servedUntil({ code: null, signal: 'SIGKILL', seen: 'unreachable' }),
    from: 'signal',
    advice: 'It was ended because nobody listened where it should; see its last lines with `ssw-infer logs`.',
  },
  start_timed_out: {
    exit: exitOf({ code: null, signal: 'SIGKILL', seen: 'start_timed_out' }),
    from: 'signal',
    advice: 'It was ended because its start made no progress; raise phase_timeout_s if it only needs longer.',
  },
  asked: {
    exit: servedUntil({ seen: 'asked' }),
    from: 'signal',
    advice: 'Nothing to do: it was asked to stop.',
  },
  internal_error: {
    exit: exitOf({ code: null, signal: 'SIGKILL', seen: 'internal_error' }),
    from: 'signal',
    advice: 'It was ended because the supervisor failed at a step of its life; see the log of ssw-infer.',
  },
  spawn_failed: 'ours alone',
  unlaunchable: 'ours alone',
};

const RULES: Readonly<Record<string, ExitRule>> = EXIT_RULES;

test.each(Object.entries(ROWS))('%s', (cause, row) => {
  if (row === 'ours alone') return expect(EXIT_RULES).toHaveProperty(cause);
  const { exit, from, advice } = row;
  const found: unknown = classifyExit(exit);
  expect(found).toEqual({ cause, advice, from, ...RULES[cause] });
});

test('what an operator has to change is not tried again', () => {
  const never = Object.entries(EXIT_RULES).flatMap(([cause, { retry }]) => (retry ? [] : [cause]));
  expect(never.toSorted()).toEqual(['bad_flag', 'bad_model', 'not_executable', 'unlaunchable']);
});

test('a death that a new process mends is answered at once', () => {
  for (const cause of ['engine_core_died', 'crashed', 'killed', 'stalled', 'unresponsive', 'cuda_fault'] as const) {
    expect(EXIT_RULES[cause]).toEqual({ retry: true, waitAtLeastMs: 0 });
  }
});
