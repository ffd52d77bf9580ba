package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/packages/param"
	"github.com/openai/openai-go/v3/responses"
)

const tokens = 16

var textCases = map[string]Case{
	"models":            listModels,
	"chat":              chat,
	"chat_stream_usage": chatStreamUsage,
	"accumulator":       accumulator,
	"choices":           choices,
	"completions":       completions,
	"responses":         respond,
	"responses_stream":  respondStream,
}

func listModels() error {
	pages := client.Models.ListAutoPaging(context.Background())
	var listed []string
	for pages.Next() {
		listed = append(listed, pages.Current().ID)
	}
	for _, model := range models {
		if !slices.Contains(listed, model) {
			return fmt.Errorf("%s is not among %v", model, listed)
		}
	}
	heavy, err := client.Models.Get(context.Background(), "heavy")
	if err != nil {
		return err
	}
	return errors.Join(pages.Err(), expect(heavy.ID == "heavy", "%s", heavy.ID))
}

func chat() error {
	for _, model := range models {
		answer, err := client.Chat.Completions.New(context.Background(), ask(model, tokens), exactly)
		if err != nil {
			return err
		}
		if answer.Choices[0].FinishReason != "length" || answer.Usage.CompletionTokens != tokens {
			return fmt.Errorf("%s: %s", model, answer.RawJSON())
		}
	}
	return nil
}

func chatStreamUsage() error {
	body := ask("light", tokens)
	body.StreamOptions = openai.ChatCompletionStreamOptionsParam{IncludeUsage: openai.Bool(true)}
	stream := client.Chat.Completions.NewStreaming(context.Background(), body, exactly)
	var told int64
	for stream.Next() {
		told = max(told, stream.Current().Usage.CompletionTokens)
	}
	return errors.Join(stream.Err(), expect(told == tokens, "%d tokens", told))
}

// The SDK's own helper puts the chunks together.
func accumulator() error {
	stream := client.Chat.Completions.NewStreaming(context.Background(), ask("light", tokens), exactly)
	whole, streamed := openai.ChatCompletionAccumulator{}, ""
	for stream.Next() {
		chunk := stream.Current()
		if !whole.AddChunk(chunk) {
			return errors.New("a chunk does not fit")
		}
		if len(chunk.Choices) > 0 {
			streamed += chunk.Choices[0].Delta.Content
		}
	}
	return errors.Join(stream.Err(), expect(whole.Choices[0].Message.Content == streamed, "%q", streamed))
}

func choices() error {
	body := ask("heavy", tokens)
	body.N, body.Logprobs, body.TopLogprobs = openai.Int(2), openai.Bool(true), openai.Int(2)
	answer, err := client.Chat.Completions.New(context.Background(), body, exactly)
	if err != nil {
		return err
	}
	return expect(len(answer.Choices) == 2 && len(answer.Choices[0].Logprobs.Content) == tokens, "%s", answer.RawJSON())
}

func completions() error {
	answer, err := client.Completions.New(context.Background(), openai.CompletionNewParams{
		Model:     "heavy",
		Prompt:    openai.CompletionNewParamsPromptUnion{OfArrayOfStrings: []string{"Once", "Twice"}},
		MaxTokens: openai.Int(tokens),
	}, exactly)
	if err != nil {
		return err
	}
	return expect(len(answer.Choices) == 2 && answer.Usage.CompletionTokens == 2*tokens, "%s", answer.RawJSON())
}

var response = responses.ResponseNewParams{
	Model:           "light",
	Input:           responses.ResponseNewParamsInputUnion{OfString: param.NewOpt(question)},
	MaxOutputTokens: openai.Int(tokens),
	Store:           openai.Bool(false),
}

func respond() error {
	answer, err := client.Responses.New(context.Background(), response)
	if err != nil {
		return err
	}
	return expect(answer.Usage.OutputTokens > 0 && answer.Usage.OutputTokens <= tokens, "%s", answer.RawJSON())
}

func respondStream() error {
	stream := client.Responses.NewStreaming(context.Background(), response)
	var kinds []string
	for stream.Next() {
		kinds = append(kinds, stream.Current().Type)
	}
	if err := stream.Err(); err != nil || len(kinds) == 0 {
		return fmt.Errorf("%v: %w", kinds, err)
	}
	last := kinds[len(kinds)-1]
	return expect(last == "response.completed" || last == "response.incomplete", "%v", kinds)
}
