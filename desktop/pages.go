//go:build !dev

package main

// inBrowser is for development builds.
const inBrowser = false
