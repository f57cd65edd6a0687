package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"tsunagi/server"
	"tsunagi/server/config"
	"tsunagi/server/control"
)

type merchantCommand struct {
	List merchantList `cmd:"" help:"List the merchants."`
	Show merchantShow `cmd:"" help:"Show all settings of a merchant."`
	Add  merchantAdd  `cmd:"" help:"Add a merchant, with the default settings but for those named."`
	Edit merchantEdit `cmd:"" help:"Change settings of a merchant: the next call has them, a screen from its next login or connection on."`
}

type merchantAdd struct {
	configFile
	ID   string `arg:"" help:"IVRマーチャントID: letters, digits, _ and -."`
	Name string `required:"" help:"The merchant's name, which customers hear."`
	merchantSettings
}

// Run adds the merchant; one that is there already is left as it is.
func (c merchantAdd) Run(ctx context.Context, s streams) error {
	if err := c.read(); err != nil {
		return err
	}
	return c.change(ctx, s, opMerchantAdd, changeMerchant{ivr.MerchantID(c.ID), &c.Name, c.merchantSettings})
}

type merchantEdit struct {
	configFile
	ID   string  `arg:"" help:"IVRマーチャントID."`
	Name *string `placeholder:"TEXT" help:"The merchant's name."`
	merchantSettings
}

// Run changes what was named.
func (c merchantEdit) Run(ctx context.Context, s streams) error {
	if err := c.read(); err != nil {
		return err
	}
	return c.change(ctx, s, opMerchantEdit, changeMerchant{ivr.MerchantID(c.ID), c.Name, c.merchantSettings})
}

func (f configFile) change(
	ctx context.Context, s streams, op control.Operation[changeMerchant, merchantView], change changeMerchant,
) error {
	return f.withServer(ctx, func(server *control.Client) error {
		view, err := control.Call(ctx, server, op, change)
		if err != nil {
			return err
		}
		return f.show(s.out, view)
	})
}

type merchantList struct {
	configFile
}

// Run prints a line for each merchant.
func (c merchantList) Run(ctx context.Context, s streams) error {
	return c.withServer(ctx, func(server *control.Client) error {
		merchants, err := control.Call(ctx, server, opMerchantList, control.None{})
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "MERCHANT\tUSERS\tCHANNELS\tLINKAGE\tRETURN CALL\tPOLICY\tNAME")
		for _, m := range merchants {
			fmt.Fprintf(table, "%s\t%d\t%d\t%s\t%s\t%s\t%s\n", m.ID, m.Users, m.Settings.Channels, m.Settings.Linkage,
				m.Settings.ReturnCall, policyName(m.Settings), m.Settings.Name)
		}
		return table.Flush()
	})
}

type merchantShow struct {
	configFile
	ID string `arg:"" help:"IVRマーチャントID."`
}

// Run prints the settings under the names of their flags.
func (c merchantShow) Run(ctx context.Context, s streams) error {
	return c.withServer(ctx, func(server *control.Client) error {
		merchants, err := control.Call(ctx, server, opMerchantList, control.None{})
		if err != nil {
			return err
		}
		for _, m := range merchants {
			if string(m.ID) == c.ID {
				return c.show(s.out, m)
			}
		}
		return fmt.Errorf("there is no merchant %s", c.ID)
	})
}

func (f configFile) show(to io.Writer, view merchantView) error {
	m := view.Settings
	table := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	onOff := map[bool]string{true: "on", false: "off"}
	for _, line := range [][2]string{
		{"Merchant", string(view.ID) + " " + m.Name},
		{"linkage", string(m.Linkage)},
		{"member-id", onOff[m.MemberID]},
		{"payment-count", onOff[m.PaymentCountChoice]},
		{"monitoring", onOff[m.Monitoring]},
		{"return-call", string(m.ReturnCall)},
		{"security-code", onOff[m.SecurityCode]},
		{"channels", fmt.Sprint(m.Channels)},
		{"card-attempts", fmt.Sprint(m.CardAttempts)},
		{"entry-retries", fmt.Sprint(m.EntryRetries)},
		{"brands", strings.Join(m.Brands, ",")},
		{"send-window", m.SendWindow.String()},
		{"handover-wait", m.HandoverWait.String()},
		{"ringback", m.Ringback.String()},
		{"capture", onOff[m.Capture]},
		{"sources", orAny(m.Sources)},
		{"password-policy", policyName(m)},
		{"operator-codes", onOff[m.OperatorCodes]},
		{"language", languageName(m)},
		{"talk-script", scriptName(m.TalkScript)},
		{"recordings", f.recordings(view.ID)},
	} {
		fmt.Fprintf(table, "%s\t%s\n", line[0], line[1])
	}
	return table.Flush()
}

// recordings is where the merchant's own prompts would lie.
func (f configFile) recordings(id ivr.MerchantID) string {
	conf, err := config.Read(f.Config)
	if err != nil || conf.Prompts.Folder == "" {
		return "built-in voice (prompts.folder is not set)"
	}
	return filepath.Join(conf.Prompts.Folder, string(id))
}

func policyName(m ivr.Merchant) string {
	if m.PasswordPolicy == "" {
		return string(ivr.PolicySeed)
	}
	return string(m.PasswordPolicy)
}

func languageName(m ivr.Merchant) string {
	if m.Language == "" {
		return "ja"
	}
	return string(m.Language)
}

func orAny(list []string) string {
	if len(list) == 0 {
		return "any"
	}
	return strings.Join(list, ",")
}

func scriptName(script string) string {
	if script == "" {
		return "built-in"
	}
	return strings.ReplaceAll(script, "\n", " / ")
}
