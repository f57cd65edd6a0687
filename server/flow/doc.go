// Package flow is the life of a call as a machine: Step(Call, Event) (Call, []Command).
package flow
