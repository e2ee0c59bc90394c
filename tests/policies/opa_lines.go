// opa_lines test DIR... | eval --fail-defined --input FILE --data FILE QUERY
//
// The lines of the documents that need the `opa` command, with OPA's own library: Debian has the library alone.
// `test` runs the tests of policies. `eval` prints the values of the query's variables, and ends in 1 if there are any.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"

	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/tester"
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

func test(ctx context.Context, paths []string) bool {
	modules, store, err := tester.Load(paths, nil)
	check(err)
	transaction, err := store.NewTransaction(ctx, storage.WriteParams)
	check(err)
	results, err := tester.NewRunner().SetStore(store).SetModules(modules).RunTests(ctx, transaction)
	check(err)
	passed, failed := 0, 0
	for result := range results {
		if result.Error != nil || result.Fail {
			failed++
			fmt.Println("FAIL", result.Name, result.Error)
			continue
		}
		passed++
	}
	fmt.Println(passed, "passed,", failed, "failed")
	return passed > 0 && failed == 0
}

func eval(ctx context.Context, arguments []string) bool {
	flags := flag.NewFlagSet("eval", flag.ExitOnError)
	failDefined := flags.Bool("fail-defined", false, "")
	input := flags.String("input", "", "")
	data := flags.String("data", "", "")
	check(flags.Parse(arguments))
	text, err := os.ReadFile(*input)
	check(err)
	var document any
	check(json.Unmarshal(text, &document))
	query := rego.New(rego.Query(flags.Arg(0)), rego.Load([]string{*data}, nil), rego.Input(document))
	results, err := query.Eval(ctx)
	check(err)
	for _, result := range results {
		for _, value := range result.Bindings {
			fmt.Println(value)
		}
	}
	return !*failDefined || len(results) == 0
}

func main() {
	run := map[string]func(context.Context, []string) bool{"test": test, "eval": eval}
	if len(os.Args) < 3 || run[os.Args[1]] == nil {
		check(fmt.Errorf("usage: opa_lines test DIR... | eval --fail-defined --input FILE --data FILE QUERY"))
	}
	if !run[os.Args[1]](context.Background(), os.Args[2:]) {
		os.Exit(1)
	}
}
