// OpenAI's SDK for Go. Runs the case of each line of stdin, one after the other; answers each with a line of JSON.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"maps"
	"os"
)

// A Case is one thing a user of the SDK does; it returns an error where what must come of it does not come.
type Case func() error

func main() {
	cases := map[string]Case{}
	for _, some := range []map[string]Case{textCases, toolCases, refusalCases} {
		maps.Copy(cases, some)
	}
	answers := json.NewEncoder(os.Stdout)
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		name := lines.Text()
		_ = answers.Encode(map[string]any{"case": name, "failure": fate(cases[name])})
	}
}

// Why the case failed, or nil.
func fate(run Case) any {
	if run == nil {
		return "there is no such case"
	}
	if err := run(); err != nil {
		return err.Error()
	}
	return nil
}

func expect(holds bool, format string, values ...any) error {
	if holds {
		return nil
	}
	return fmt.Errorf(format, values...)
}
