package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/shared"
)

const callTokens = 200

var toolCases = map[string]Case{"tool_loop": toolLoop, "json_schema": jsonSchema}

// The model calls, the tool answers, the model goes on in words.
func toolLoop() error {
	body := ask("heavy", callTokens)
	body.Messages = []openai.ChatCompletionMessageParamUnion{openai.UserMessage(toolQuestion)}
	body.Tools = []openai.ChatCompletionToolUnionParam{openai.ChatCompletionFunctionTool(shared.FunctionDefinitionParam{
		Name: "weather",
		Parameters: shared.FunctionParameters{
			"type":       "object",
			"properties": map[string]any{"city": map[string]string{"type": "string"}},
			"required":   []string{"city"},
		},
	})}
	first, err := client.Chat.Completions.New(context.Background(), body)
	if err != nil {
		return err
	}
	calls := first.Choices[0].Message.ToolCalls
	if len(calls) != 1 || calls[0].Function.Name != "weather" {
		return fmt.Errorf("no call: %s", first.RawJSON())
	}
	var arguments struct{ City *string }
	if err := json.Unmarshal([]byte(calls[0].Function.Arguments), &arguments); err != nil {
		return err
	}
	body.Messages = append(body.Messages, first.Choices[0].Message.ToParam(), openai.ToolMessage("sunny", calls[0].ID))
	last, err := client.Chat.Completions.New(context.Background(), body)
	if err != nil {
		return err
	}
	return errors.Join(
		expect(arguments.City != nil, "%s", calls[0].Function.Arguments),
		expect(last.Choices[0].Message.Content != "", "%s", last.RawJSON()),
	)
}

func jsonSchema() error {
	body := ask("heavy", callTokens)
	body.ResponseFormat = openai.ChatCompletionNewParamsResponseFormatUnion{
		OfJSONSchema: &shared.ResponseFormatJSONSchemaParam{JSONSchema: shared.ResponseFormatJSONSchemaJSONSchemaParam{
			Name:   "colour",
			Strict: openai.Bool(true),
			Schema: map[string]any{
				"type": "object",
				"properties": map[string]any{
					"colour": map[string]any{"enum": []string{"red", "green"}},
					"bright": map[string]any{"type": "boolean"},
				},
				"required":             []string{"colour", "bright"},
				"additionalProperties": false,
			},
		}},
	}
	answer, err := client.Chat.Completions.New(context.Background(), body)
	if err != nil {
		return err
	}
	var found struct {
		Colour string
		Bright *bool
	}
	if err := json.Unmarshal([]byte(answer.Choices[0].Message.Content), &found); err != nil {
		return err
	}
	return expect((found.Colour == "red" || found.Colour == "green") && found.Bright != nil, "%+v", found)
}
