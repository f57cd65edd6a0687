//go:build !linux

package main

import "fmt"

func main() { fmt.Println("bench: it runs on Linux only") }
