package main

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/windows/svc"
)

// A stop of the service ends the server as Ctrl+C does, and Windows is told each
// second that it is still at it.
func TestServiceStopsInGoodOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &serviceHandler{serve: func(ctx context.Context) int {
			ctx.Value(whenReady{}).(func())()
			<-ctx.Done()
			time.Sleep(3500 * time.Millisecond) // calls end
			return 0
		}}
		requests, changes := make(chan svc.ChangeRequest), make(chan svc.Status, 20)
		type end struct {
			specific bool
			code     uint32
		}
		ended := make(chan end)
		go func() {
			specific, code := h.Execute(nil, requests, changes)
			ended <- end{specific, code}
		}()
		synctest.Wait()
		requests <- svc.ChangeRequest{Cmd: svc.Interrogate}
		requests <- svc.ChangeRequest{Cmd: svc.Stop}
		if got := <-ended; got != (end{}) {
			t.Errorf("ended with %+v", got)
		}
		var states []svc.State
		var point uint32
		for len(changes) > 0 {
			status := <-changes
			states = append(states, status.State)
			point = status.CheckPoint
		}
		want := []svc.State{svc.StartPending, svc.Running, svc.Running, svc.StopPending, svc.StopPending, svc.StopPending, svc.StopPending}
		if !slices.Equal(states, want) || point != 4 {
			t.Errorf("told %v, the last with checkpoint %d, want %v", states, point, want)
		}
	})
}

// A server that ends by itself is a failure: Windows starts it again.
func TestServiceThatFails(t *testing.T) {
	for status, want := range map[int]uint32{2: 2, 0: 1} {
		h := &serviceHandler{serve: func(context.Context) int { return status }}
		specific, code := h.Execute(nil, make(chan svc.ChangeRequest), make(chan svc.Status, 20))
		if !specific || code != want {
			t.Errorf("status %d: got %t, %d, want %d", status, specific, code, want)
		}
	}
}
