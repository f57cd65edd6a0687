//go:build dev

package main

// inBrowser: a development build shows its screens in any browser (make test-browser),
// where a dialog of the system would stand behind them.
const inBrowser = true
