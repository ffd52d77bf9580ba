package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
)

// More than any limit of the server under test lets through at once.
const triesMax = 200

var refusalCases = map[string]Case{
	"unknown_model":   unknownModel,
	"bad_parameter":   badParameter,
	"too_long":        contextTooLong,
	"wrong_key":       wrongKey,
	"never_retry":     neverRetry,
	"retry_after":     retryAfter,
	"forbidden_model": forbiddenModel,
	"stream_error":    streamError,
	"time_out":        timeOut,
	"cancel":          cancel,
}

func send(client openai.Client, body openai.ChatCompletionNewParams, more ...option.RequestOption) error {
	_, err := client.Chat.Completions.New(context.Background(), body, more...)
	return err
}

// The SDK's own error, with the status and code that are due.
func isRefused(err error, status int, code string) error {
	var refusal *openai.Error
	if !errors.As(err, &refusal) {
		return fmt.Errorf("no API error: %w", err)
	}
	return expect(refusal.StatusCode == status && refusal.Code == code, "%d %s: %v", refusal.StatusCode, refusal.Code, err)
}

func unknownModel() error {
	err := send(client, ask("no-such-model", 1))
	var refusal *openai.Error
	if !errors.As(err, &refusal) {
		return err
	}
	return errors.Join(
		isRefused(err, http.StatusNotFound, "model_not_found"),
		expect(strings.Contains(refusal.Message, "heavy"), "the message lists what there is: %s", refusal.Message),
	)
}

func badParameter() error {
	body := ask("heavy", 1)
	body.Temperature = openai.Float(9)
	return isRefused(send(client, body), http.StatusBadRequest, "invalid_request_error")
}

func contextTooLong() error {
	body := ask("light", 5)
	body.Messages = []openai.ChatCompletionMessageParamUnion{openai.UserMessage(tooLong)}
	return isRefused(send(client, body), http.StatusBadRequest, "context_length_exceeded")
}

func wrongKey() error {
	return isRefused(send(clientWith("wrong", 0), ask("light", 1)), http.StatusUnauthorized, "invalid_api_key")
}

func forbiddenModel() error {
	return isRefused(send(clientWith(confinedKey, 0), ask("heavy", 1)), http.StatusForbidden, "model_not_allowed")
}

// Asks until it is refused for its rate; answers the refusal.
func untilRefused(apiKey, url string) (*openai.Error, error) {
	limited := clientWith(apiKey, 0, option.WithBaseURL(url))
	for range triesMax {
		var refusal *openai.Error
		err := send(limited, ask("light", 1))
		if errors.As(err, &refusal) && refusal.StatusCode == http.StatusTooManyRequests {
			return refusal, nil
		}
	}
	return nil, fmt.Errorf("not refused in %d tries", triesMax)
}

// How many requests `apiKey` takes, retries included, to be answered.
func attempts(apiKey, url string) (int, error) {
	count := 0
	counting := option.WithMiddleware(func(request *http.Request, next option.MiddlewareNext) (*http.Response, error) {
		count++
		return next(request)
	})
	err := send(clientWith(apiKey, 2, counting, option.WithBaseURL(url)), ask("light", 1))
	return count, err
}

// A 429, which every SDK tries again unless `x-should-retry` says no.
func neverRetry() error {
	refusal, err := untilRefused("wrong", strictURL)
	if err != nil {
		return err
	}
	told := refusal.Response.Header.Get("x-should-retry")
	count, err := attempts("wrong", strictURL)
	return errors.Join(
		expect(told == "false", "x-should-retry: %s", told),
		isRefused(err, http.StatusTooManyRequests, "rate_limit_exceeded"),
		expect(count == 1, "%d attempts", count),
	)
}

// Waits as long as the server says and is served.
func retryAfter() error {
	refusal, err := untilRefused(limitedKey, baseURL)
	if err != nil {
		return err
	}
	told := refusal.Response.Header.Get("x-should-retry")
	began := time.Now()
	count, err := attempts(limitedKey, baseURL)
	return errors.Join(
		err,
		expect(told == "true", "x-should-retry: %s", told),
		expect(count == 2, "%d attempts", count),
		expect(time.Since(began) > 100*time.Millisecond, "after %s", time.Since(began)), // what is left of the second until there is a request more
	)
}

// The engine fails after its first token: the status has gone out, so it is an event.
func streamError() error {
	stream := client.Chat.Completions.NewStreaming(context.Background(), ask("light", 8), exactly)
	for stream.Next() {
	}
	err := stream.Err()
	return expect(err != nil && strings.Contains(err.Error(), "engine_failed"), "%v", err)
}

// The engine stops here too, as its own counters tell.
func timeOut() error {
	err := send(client, ask("heavy", longTokens), exactly, option.WithRequestTimeout(patience))
	return expect(errors.Is(err, context.DeadlineExceeded), "%v", err)
}

func cancel() error {
	leaving, leave := context.WithCancel(context.Background())
	defer leave()
	stream := client.Chat.Completions.NewStreaming(leaving, ask("heavy", longTokens), exactly)
	for range 4 {
		if !stream.Next() {
			return stream.Err()
		}
	}
	return stream.Close()
}
