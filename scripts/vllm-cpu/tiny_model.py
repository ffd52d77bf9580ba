"""Writes a tiny Qwen2 or Qwen3 with random weights: config, tokenizer, chat template, safetensors; 0.2 MB.

usage: python tiny_model.py qwen2|qwen3 DIRECTORY
Needs torch, transformers and tokenizers. The same call always writes the same weights.
"""

import sys
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    AutoModelForCausalLM,
    GenerationConfig,
    PreTrainedTokenizerFast,
    Qwen2Config,
    Qwen3Config,
)
from transformers.utils.logging import disable_progress_bar

CONFIGS = {"qwen2": Qwen2Config, "qwen3": Qwen3Config}
SPECIAL_TOKENS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
ADDED_TOKENS = ["<tool_call>", "</tool_call>", "<think>", "</think>"]
CONTEXT_TOKENS = 4096
# The vocabulary of a padded embedding table is a multiple of this (vllm/model_executor/layers/vocab_parallel_embedding.py).
VOCABULARY_STEP = 64
SEED = 20260814
CORPUS = ["hello world the quick brown fox jumps over the lazy dog user assistant system"] * 50
CHAT_TEMPLATE = """\
{%- if tools %}{{- '<|im_start|>system\\nTools:\\n' }}
{%- for tool in tools %}{{- tool | tojson }}{{- '\\n' }}{%- endfor %}{{- '<|im_end|>\\n' }}{%- endif %}
{%- for message in messages %}
{{- '<|im_start|>' + message.role + '\\n' + (message.content or '') + '<|im_end|>\\n' }}{%- endfor %}
{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}"""


def byte_level_tokenizer() -> PreTrainedTokenizerFast:
    """A BPE over bytes, so that any text goes in and out, with the tokens of ChatML and of Hermes tool calls."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=600, special_tokens=SPECIAL_TOKENS, initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator(CORPUS, trainer)
    tokenizer.add_tokens(ADDED_TOKENS)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        model_max_length=CONTEXT_TOKENS,
        chat_template=CHAT_TEMPLATE,
    )


def tiny_config(architecture: str, tokenizer: PreTrainedTokenizerFast) -> Qwen2Config | Qwen3Config:
    """Two layers; 32 is the smallest head that vLLM's attention on the CPU takes."""
    vocabulary = -(-len(tokenizer) // VOCABULARY_STEP) * VOCABULARY_STEP
    return CONFIGS[architecture](
        vocab_size=vocabulary,
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        head_dim=32,
        max_position_embeddings=CONTEXT_TOKENS,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )


def main() -> None:
    if len(sys.argv) != 3 or sys.argv[1] not in CONFIGS:
        sys.exit(__doc__)
    directory = Path(sys.argv[2])
    directory.mkdir(parents=True, exist_ok=True)
    disable_progress_bar()
    torch.manual_seed(SEED)
    tokenizer = byte_level_tokenizer()
    model = AutoModelForCausalLM.from_config(tiny_config(sys.argv[1], tokenizer), dtype=torch.bfloat16)
    model.generation_config = GenerationConfig(
        eos_token_id=[tokenizer.eos_token_id], pad_token_id=tokenizer.pad_token_id, do_sample=True
    )
    tokenizer.save_pretrained(directory)
    model.save_pretrained(directory)


if __name__ == "__main__":
    main()
