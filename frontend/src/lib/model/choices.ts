// What the settings let a person choose from.

/** languages of the screens, each in its own words; also those of the guidance that customers hear. */
export const languages = [
  { value: "ja", label: "日本語" },
  { value: "en", label: "English" },
] as const;

export const themes = [
  { value: "system", label: "自動" },
  { value: "light", label: "明るい" },
  { value: "dark", label: "暗い" },
] as const;
