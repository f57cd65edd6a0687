// The whole application on the fake backend: fake.html?fake=<scenario>. The time
// stands still at the sample's moment unless run=1; theme=dark darkens.
import { mount, tick } from "svelte";
import { App } from "$lib/app/app.svelte";
import { Fake } from "$lib/backend/fake";
import { sampleNow } from "$lib/backend/samples";
import { sampleReadySinceMs, scenarios } from "$lib/backend/scenarios";
import { guard } from "$lib/keys/guard";
import type { Field } from "$lib/model/order";
import Root from "./Root.svelte";
import "./styles/fonts.css";
import "./styles/tokens.css";
import "./styles/base.css";

const query = new URLSearchParams(location.search);
const name = query.get("fake") ?? "op-ready";
const scenario = scenarios[name];
if (!scenario) throw new Error(`no scenario ${name}: ${Object.keys(scenarios).join(" ")}`);

const begun = Date.now();
const now = () => (query.has("run") ? sampleNow + Date.now() - begun : sampleNow);
const { settings } = scenario.state;
const backend = new Fake({ ...scenario.state, settings: { ...settings, theme: query.get("theme") ?? settings.theme, language: query.get("language") ?? settings.language } }, now);
backend.people = scenario.people ?? [];
const app = new App(backend, { now });

guard(window);
app.start();
mount(Root, { target: document.getElementById("app")!, props: { app } });
Object.assign(window, { app, backend, scenarios: Object.keys(scenarios) });
await set();

async function set(): Promise<void> {
  await tick();
  if (!scenario) return;
  if (name.startsWith("login-supervisor") || name === "login-code") app.session({ type: "entrance", entrance: "supervisor" });
  for (const [field, value] of Object.entries(scenario.form ?? {})) {
    app.edit({ type: "typed", field: field as Field, value, rules: app.rules });
    app.leaveField(field as Field);
  }
  if (scenario.loggedOut) app.session({ type: "loggedOut", message: scenario.loggedOut, forced: true });
  if (scenario.loginError) app.session({ type: "loginRefused", message: scenario.loginError });
  app.attend({ type: "ready", atMs: scenario.readySinceMs ?? sampleReadySinceMs });
  if (scenario.notice) backend.change({ notice: scenario.notice });
  if (scenario.inquired) app.inquiry({ type: "answered", answer: scenario.inquired });
  if (scenario.panel) app.panel = scenario.panel;
  if (scenario.mini) await app.toggleMini();
  await tick();
  if (scenario.focus) document.getElementById(scenario.focus)?.focus();
  document.body.dataset["ready"] = "true";
}
