import { mount } from "svelte";
import { App } from "$lib/app/app.svelte";
import { loadFaces } from "$lib/app/faces";
import { wails, watchFront } from "$lib/backend/wails";
import { guard } from "$lib/keys/guard";
import Root from "./Root.svelte";
import "./styles/fonts.css";
import "./styles/tokens.css";
import "./styles/base.css";

guard(window);
const app = new App(wails);
app.start();
watchFront(window, () => document.getElementById("send")?.focus());
mount(Root, { target: document.getElementById("app")!, props: { app } });
void loadFaces(document.fonts);
