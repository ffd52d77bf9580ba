package main

import (
	"os"
	"strings"
	"time"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
)

const (
	question     = "Name a colour."
	toolQuestion = "Ask for the weather in Rome."
	// An answer of so many tokens takes an engine seconds, far longer than a client's patience.
	longTokens = 1800
	patience   = 300 * time.Millisecond
)

var (
	// Where the server is; the SDK wants it with /v1.
	baseURL = os.Getenv("SSW_SERVER") + "/v1"
	// One that forgives a single wrong key.
	strictURL = os.Getenv("SSW_STRICT_SERVER") + "/v1"
	// A key that may do everything, one with few requests a minute, and one that may not use `heavy`.
	key         = os.Getenv("SSW_KEY")
	limitedKey  = os.Getenv("SSW_LIMITED_KEY")
	confinedKey = os.Getenv("SSW_CONFINED_KEY")
	// Each pool by its name and by the real name of its model.
	models = []string{"heavy", "light", "Qwen/Qwen2.5-14B-Instruct-AWQ", "Qwen/Qwen3-8B-AWQ"}
	// Far more than the models' context of 2,048 tokens.
	tooLong = strings.Repeat("word ", 5000)
)

// No retries: a case must see what was answered, not what a second try made of it.
var client = clientWith(key, 0)

func clientWith(apiKey string, retries int, more ...option.RequestOption) openai.Client {
	own := []option.RequestOption{
		option.WithBaseURL(baseURL), option.WithAPIKey(apiKey), option.WithMaxRetries(retries),
	}
	return openai.NewClient(append(own, more...)...)
}

func ask(model string, tokens int64) openai.ChatCompletionNewParams {
	return openai.ChatCompletionNewParams{
		Model:     model,
		Messages:  []openai.ChatCompletionMessageParamUnion{openai.UserMessage(question)},
		MaxTokens: openai.Int(tokens),
	}
}

// vLLM's own field, which makes the length of an answer certain.
var exactly = option.WithJSONSet("ignore_eos", true)
