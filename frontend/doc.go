// Package frontend carries the built screens of the desktop into its program.
//
// The screens themselves are the Svelte application beside this file: src/views
// arranges src/components, which render the state that the pure reducers of
// src/lib/model make out of what src/lib/backend delivers. `npm run build` writes
// them to dist; this package only embeds that folder. It knows nothing of Wails
// and has no goroutines.
//
// Before the first build dist holds nothing but .gitkeep: the package compiles,
// and FS has no index.html.
package frontend
