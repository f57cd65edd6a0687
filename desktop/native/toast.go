package native

import "fmt"

// appID names the program to Windows' notifications; the installer's uninstaller knows
// it too (build/windows/tsunagi.nsi).
const appID = "Tsunagi.Desktop"

// One toast has this tag and group: an update finds it by them.
const (
	toastTag   = "countdown"
	toastGroup = "tsunagi"
)

// toastXML is the toast's content after the toast schema. What stands in braces is
// bound to toastValues, and so can be replaced without the toast popping up again. It
// stays for 25 s, the longest that Windows has, which outlasts a send window; it is
// silent, for the program has sounds of its own.
func toastXML() string {
	return `<toast duration="long" launch="send">` +
		`<visual><binding template="ToastGeneric">` +
		`<text>{title}</text>` +
		`<progress value="{value}" status="{body}"/>` +
		`</binding></visual>` +
		`<audio silent="true"/>` +
		`</toast>`
}

// toastValues are what the toast's content is bound to.
func toastValues(n Notification) map[string]string {
	return map[string]string{
		"title": n.Title,
		"body":  n.Body,
		"value": fmt.Sprintf("%.2f", float64(min(100, max(0, n.Percent)))/100),
	}
}

// toastRegistration are the values of the program's key under
// HKCU\Software\Classes\AppUserModelId: without it Windows shows nothing of a program
// that is not from its store. icon is the path of a picture, empty where there is none.
func toastRegistration(icon string) map[string]string {
	values := map[string]string{"DisplayName": "Tsunagi"}
	if icon != "" {
		values["IconUri"] = icon
	}
	return values
}
