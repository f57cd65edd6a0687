import js from "@eslint/js";
import svelte from "eslint-plugin-svelte";
import globals from "globals";
import ts from "typescript-eslint";
import svelteConfig from "./svelte.config.js";

// The tiers, from the bottom: lib, components/shared, components/<domain>, views.
// Imports point only downwards, and one domain does not know another.
const domains = ["order", "monitor", "session", "users"];

const forbid = (...patterns) => ({
  "no-restricted-imports": ["error", { patterns: patterns.map(([group, message]) => ({ group, message })) }],
});

const views = [["**/views/*", "./views/*"], "a view arranges components, never the other way round"];
const app = [["$lib/app/*"], "components render and forward: views hand them what they show"];
const makers = [["**/backend/wails", "**/backend/fake"], "only main.ts and fake-main.ts choose the backend"];
const generated = [["**/wailsjs/**"], "the generated code is reached through lib/backend"];

const tiers = [
  {
    files: ["src/components/shared/**"],
    rules: forbid(
      views,
      [["$lib/*", "!$lib/words"], "components/shared knows nothing of payments"],
      [["$components/{order,monitor,session,users}/**"], "components/shared stands under every domain"],
      generated,
    ),
  },
  ...domains.map((domain) => ({
    files: [`src/components/${domain}/**`],
    rules: forbid(
      views,
      app,
      makers,
      [domains.filter((other) => other !== domain).map((other) => `$components/${other}/**`), "one domain does not know another: a view joins them"],
      generated,
    ),
  })),
  { files: ["src/views/**"], rules: forbid(makers, generated) },
  {
    files: ["src/lib/**"],
    rules: forbid(views, [["$components/**"], "lib stands under the components"]),
  },
  {
    files: ["src/lib/model/**", "src/lib/errors/**"],
    ignores: ["**/*.test.ts"],
    rules: {
      ...forbid(
        views,
        [["$components/**", "$lib/app/**", "$lib/sound/**", "svelte", "svelte/**"], "a reducer is pure: states and events only"],
        [["**/backend/*", "!**/backend/types"], "of the backend a reducer knows the types"],
      ),
      "no-restricted-globals": ["error", "window", "document", "navigator", "localStorage", "setTimeout", "setInterval", "fetch", "crypto"],
      "no-restricted-properties": [
        "error",
        { object: "Date", property: "now", message: "time comes in with the event" },
        { object: "Math", property: "random", message: "randomness comes in with the event" },
      ],
    },
  },
];

export default ts.config(
  { ignores: ["dist/", "node_modules/", "wailsjs/", "public/"] },
  js.configs.recommended,
  ...ts.configs.recommended,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser, ...globals.node } },
    rules: {
      "no-console": "error",
      eqeqeq: "error",
      "max-lines": ["error", { max: 300, skipBlankLines: true }],
      "@typescript-eslint/no-unused-vars": ["error", { varsIgnorePattern: "^_$", argsIgnorePattern: "^_" }],
      "@typescript-eslint/consistent-type-imports": "error",
    },
  },
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: [".svelte"], svelteConfig } },
    rules: { "max-lines": ["error", { max: 200, skipBlankLines: true }] },
  },
  { files: ["**/app.svelte.ts"], rules: { "max-lines": ["error", { max: 300, skipBlankLines: true }] } },
  { files: ["scripts/**"], rules: { "no-console": "off" } },
  ...tiers,
);
