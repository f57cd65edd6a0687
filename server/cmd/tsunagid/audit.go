package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"tsunagi/server"
	"tsunagi/server/audit"
	"tsunagi/server/control"
	"tsunagi/server/sheet"
)

type auditCommand struct {
	List   auditList   `cmd:"" help:"Show who did what, when and from where; the newest last."`
	Export auditExport `cmd:"" help:"Write the audit log as CSV, for Excel and for a place elsewhere."`
	Verify auditVerify `cmd:"" help:"Find lines that were changed, taken out or cut off."`
}

// auditTime is how the log's times are shown: to the millisecond, in Japan's time.
const auditTime = "2006-01-02T15:04:05.000-07:00"

// auditFilter picks lines.
type auditFilter struct {
	From     string `placeholder:"TIME" help:"First moment: 2026-11-23, '2026-11-23 09:00' (Japan's time), or 24h for the last 24 hours."`
	To       string `placeholder:"TIME" help:"Last moment, likewise; a day counts to its end."`
	Merchant string `help:"Only deeds of this merchant's users."`
	User     string `help:"Only deeds of this user ID."`
	Kind     string `help:"Only this kind of deed, such as login; 'tsunagid audit list --help' names them."`
}

func (f auditFilter) query() (ivr.AuditQuery, error) {
	q := ivr.AuditQuery{Merchant: ivr.MerchantID(f.Merchant), User: ivr.UserID(f.User), Kind: f.Kind}
	if f.Kind != "" && !slices.Contains(audit.Kinds(), audit.Kind(f.Kind)) {
		return q, fmt.Errorf("--kind: no deed is called %q: they are %s", f.Kind, kindNames())
	}
	var err error
	if q.From, err = moment(f.From, false); err != nil {
		return q, fmt.Errorf("--from: %w", err)
	}
	if q.To, err = moment(f.To, true); err != nil {
		return q, fmt.Errorf("--to: %w", err)
	}
	return q, nil
}

func kindNames() string {
	names := make([]string, 0, len(audit.Kinds()))
	for _, kind := range audit.Kinds() {
		names = append(names, string(kind))
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// moment reads a point in time; the zero time where nothing is written. end is the end
// of a day, a minute or a second that is named.
func moment(written string, end bool) (time.Time, error) {
	if written == "" {
		return time.Time{}, nil
	}
	if ago, err := time.ParseDuration(written); err == nil && ago >= 0 {
		return time.Now().Add(-ago), nil
	}
	for layout, length := range map[string]time.Duration{
		time.DateOnly: 24 * time.Hour, "2006-01-02 15:04": time.Minute, time.DateTime: time.Second, time.RFC3339: time.Second,
	} {
		at, err := time.ParseInLocation(layout, written, japan)
		if err != nil {
			continue
		}
		if end {
			at = at.Add(length - time.Millisecond)
		}
		return at, nil
	}
	return time.Time{}, fmt.Errorf("%q is no time: write 2026-11-23, '2026-11-23 09:00' or 24h", written)
}

type auditList struct {
	configFile
	auditFilter
	Limit int `default:"100" help:"The newest lines at most (${default})."`
}

// Help names the kinds.
func (auditList) Help() string { return "Kinds of deeds: " + kindNames() + "." }

// Run prints the lines.
func (c auditList) Run(ctx context.Context, s streams) error {
	query, err := c.query()
	if err != nil {
		return err
	}
	if query.Limit = c.Limit; c.Limit < 1 || c.Limit > 10_000 {
		return errors.New("--limit wants 1 to 10000; 'tsunagid audit export' writes all")
	}
	return c.withServer(ctx, func(server *control.Client) error {
		lines, err := control.Call(ctx, server, opAuditPage, auditPage{Query: query})
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "TIME\tDEED\tRESULT\tWHO\tFROM\tTO\tDETAIL")
		for _, r := range slices.Backward(lines) {
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", inJapan(r.At).Format(auditTime), r.Kind, r.Result,
				or(whoOf(r)), or(r.Source), or(r.Object), r.Detail)
		}
		return table.Flush()
	})
}

func whoOf(r ivr.AuditRecord) string {
	if r.Who == (ivr.UserKey{}) {
		return ""
	}
	return r.Who.String()
}

type auditExport struct {
	configFile
	auditFilter
	Output string `short:"o" type:"path" placeholder:"FILE" help:"Where to write it, readable by its owner alone; else the screen."`
}

// exportPage is how many lines are asked for at a time.
const exportPage = 5000

// Run writes all lines, oldest first.
func (c auditExport) Run(ctx context.Context, s streams) error {
	query, err := c.query()
	if err != nil {
		return err
	}
	query.Limit = exportPage
	return c.withServer(ctx, func(server *control.Client) error {
		var lines []ivr.AuditRecord
		for {
			page, err := control.Call(ctx, server, opAuditPage, auditPage{Query: query, Export: true})
			if err != nil {
				return err
			}
			lines = append(lines, page...)
			if len(page) < exportPage {
				break
			}
			query.Before = page[len(page)-1].Seq
		}
		slices.Reverse(lines)
		return output(c.Output, s.out, func(to io.Writer) error { return writeAudit(to, lines) })
	})
}

func writeAudit(to io.Writer, lines []ivr.AuditRecord) error {
	rows := make([][]string, 0, len(lines))
	for _, r := range lines {
		rows = append(rows, []string{
			strconv.FormatInt(r.Seq, 10), inJapan(r.At).Format(auditTime), r.At.UTC().Format("2006-01-02T15:04:05.000Z"),
			r.Kind, r.Result, string(r.Who.Merchant), string(r.Who.User), r.Source, r.Object, r.Detail,
		})
	}
	return sheet.Write(to, []string{
		"line", "time_jst", "time_utc", "deed", "result", "merchant", "user", "source", "object", "detail",
	}, rows)
}

type auditVerify struct {
	configFile
}

// Run says whether the chains hold; it is an error where one does not.
func (c auditVerify) Run(ctx context.Context, s streams) error {
	return c.withServer(ctx, func(server *control.Client) error {
		v, err := control.Call(ctx, server, opAuditVerify, control.None{})
		if err != nil {
			return err
		}
		var broken []error
		if v.Broken == "" {
			fmt.Fprintf(s.out, "ok    audit log, %d lines\n", v.Lines)
		} else {
			fmt.Fprintf(s.out, "wrong audit log, after %d lines\n", v.Lines)
			broken = append(broken, errors.New(v.Broken))
		}
		if v.Journal == "" {
			fmt.Fprintln(s.out, "ok    journal of attempts")
		} else {
			fmt.Fprintln(s.out, "wrong journal of attempts")
			broken = append(broken, errors.New(v.Journal))
		}
		if len(broken) > 0 {
			broken = append(broken, errors.New("keep the database and its copies as they are: this is evidence"))
		}
		return errors.Join(broken...)
	})
}
