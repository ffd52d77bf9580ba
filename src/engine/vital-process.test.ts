import { expect, test } from 'bun:test';
import { isVitalProcess } from './vital-process.ts';

test.each(['VLLM::EngineCor', 'VLLM::Worker', 'VLLM::Worker_TP', 'VLLM::Worker_PP'])('%s is vital', (comm) => {
  expect(isVitalProcess(comm)).toBe(true);
});

test.each(['vllm', 'python', 'python3', 'VLLM::APIServer', 'cc1', 'MYVLLM::EngineC', ''])('"%s" is not', (comm) => {
  expect(isVitalProcess(comm)).toBe(false);
});
