// Opens the application on its fake backend, scenario by scenario, in Debian's
// Chromium. What shots, axe and shift have in common.
import { chromium } from "playwright-core";
import { createServer } from "vite";

// doubled is a screen of 1920 by 1080 on which everything is drawn in twice the size.
export const sizes = { full: [1280, 800], narrow: [1024, 640], doubled: [960, 540], mini: [360, 180] };

// What a person does before some of the pictures.
const fill = async (page, values) => {
  for (const [id, value] of Object.entries(values)) await page.fill(`#${id}`, value);
};
const steps = {
  "op-menu": (page) => page.click("[data-k=user]"),
  "login-code": async (page) => {
    await fill(page, { password: "demo-1234" });
    await page.click("[data-k=login]");
    await page.locator("#code").waitFor();
  },
  "op-password": async (page) => {
    await fill(page, { current: "abcdefgh12", new: "tsunagi-7", repeat: "tsunagi-8" });
    await page.click("button[type=submit]");
  },
  "op-password-first": async (page) => {
    await fill(page, { new: "tsunagi-7" });
    await page.focus("#new");
  },
};

/** sizesOf are the sizes in which a scenario is looked at. */
export function sizesOf(name) {
  if (name.startsWith("mini")) return ["mini"];
  if (name.startsWith("login")) return ["narrow"];
  return ["full", "narrow"];
}

/** withScreens serves the application and calls visit with open(name, size, theme, language, scale), which answers a page. */
export async function withScreens(visit) {
  const server = await createServer({ logLevel: "error", server: { host: "127.0.0.1", port: 0, hmr: false, watch: null } });
  await server.listen();
  const base = `http://127.0.0.1:${server.httpServer.address().port}`;
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
  });
  const faults = [];
  // A page of its own for each scaling of the system: it cannot be changed on an open one.
  const pages = new Map();
  const pageAt = async (deviceScaleFactor) => {
    if (!pages.has(deviceScaleFactor)) {
      const context = await browser.newContext({ timezoneId: "Asia/Tokyo", locale: "ja-JP", deviceScaleFactor });
      const page = await context.newPage();
      page.on("pageerror", (error) => faults.push(String(error)));
      page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
      pages.set(deviceScaleFactor, page);
    }
    return pages.get(deviceScaleFactor);
  };

  const open = async (name, size, theme = "light", language = "ja", scale = 1) => {
    const page = await pageAt(scale);
    const [width, height] = sizes[size];
    await page.setViewportSize({ width, height });
    await page.goto(`${base}/fake.html?fake=${name}&theme=${theme}&language=${language}`);
    await page.locator("body[data-ready]").waitFor({ timeout: 60_000 });
    await steps[name]?.(page);
    await page.evaluate(() => document.fonts.ready);
    await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
    return page;
  };

  try {
    const names = await (await open("op-ready", "full")).evaluate(() => window.scenarios);
    await visit({ open, names });
    if (faults.length > 0) throw new Error(`the page complained:\n${[...new Set(faults)].join("\n")}`);
  } finally {
    await browser.close();
    await server.close();
  }
}
