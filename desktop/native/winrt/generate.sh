#!/usr/bin/env bash
# Writes the bindings beside it anew, from the Windows metadata that comes with
# winrt-go. Its own module has the generator and the foundation, not these classes.
set -euo pipefail
cd "$(dirname "$0")"
here=$PWD
version=v0.0.0-20260513072510-45f10383b2b8
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

class() { # NAME METHOD…
  local filters=()
  for method in "${@:2}"; do filters+=(-method-filter "$method"); done
  (cd "$work" && go run github.com/saltosystems/winrt-go/cmd/winrt-go-gen@$version -class "$1" "${filters[@]}" -method-filter '!*')
}
class Windows.UI.Notifications.ToastNotification CreateToastNotification put_Tag put_Group put_Data add_Activated remove_Activated
class Windows.UI.Notifications.ToastNotifier Show Hide UpdateWithTagAndGroup
class Windows.UI.Notifications.ToastNotificationManager CreateToastNotifierWithId
class Windows.UI.Notifications.NotificationData get_Values put_SequenceNumber
class Windows.UI.Notifications.NotificationUpdateResult
class Windows.Data.Xml.Dom.XmlDocument LoadXml
class 'Windows.Foundation.Collections.IMap`2' Insert

for package in ui/notifications data/xml/dom foundation/collections; do
  name=$(basename "$package")
  rm -rf "${here:?}/$name"
  mkdir "$here/$name"
  for file in "$work/windows/$package"/*.go; do
    sed -e 's|"github.com/saltosystems/winrt-go/windows/data/xml/dom"|"tsunagi/desktop/native/winrt/dom"|' \
      -e 's|"github.com/saltosystems/winrt-go/windows/foundation/collections"|"tsunagi/desktop/native/winrt/collections"|' "$file" >"$here/$name/$(basename "$file")"
  done
done
gofmt -w "$here"
