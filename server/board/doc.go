// Package board is the live picture of all calls: for each operator the calls in
// progress, the rows of the monitoring pane and the finished payments of today.
// Calls publish to it, connections of the desktop subscribe.
//
// # What it holds
//
// The values are those of shared/wire, because the picture is exactly what
// crosses: there is no second model to keep in step, and what a wire type has no
// place for (a digit of a card) cannot get in. Rows and results come as ivr.Row
// and ivr.Result, as they were written down, and are turned once. The board
// decides nothing about calls, stores nothing and is empty at the start of the
// server but for Load.
//
// # Subscriptions
//
//	Subscribe ──► Next: snapshot ──► Next: change, change, … ──┐
//	                 ▲                                         │
//	                 └──── fell behind, or Restart ◄───────────┘
//
// A snapshot and the changes after it leave no gap and tell nothing twice: what
// is in the snapshot is not repeated as a change. Changes are numbered for each
// subscription on its own, since each sees another part of the picture.
// Publishing never waits for a reader. A reader that lets more than queueLength
// changes wait loses them and begins again from a snapshot; notices, which no
// snapshot can bring back, are kept for it.
//
// # Time
//
// Today is the Japanese day (UTC+9). Rows and results of earlier days leave the
// picture at midnight. A call that has ended stays for endedStays; the desktop
// takes its card away by its own clock, so no change tells of it. A row that
// comes late is put in its place by the desktop, by its number.
//
// # Goroutines
//
// The package has none. All methods may be called together, but for Next and
// Restart of one Subscription, which belong to one goroutine.
package board
