import { tick } from "svelte";

/** Submission is a form being sent: once at a time, and with the focus where the work goes on. */
export class Submission {
  busy = $state(false);
  #form: () => HTMLFormElement | undefined;

  /** form is asked for when it is needed: it may have left the screen by then. */
  constructor(form: () => HTMLFormElement | undefined) {
    this.#form = form;
  }

  /** focus goes to the first element of the form that the selector names. */
  focus(selector = "input"): void {
    this.#form()?.querySelector<HTMLElement>(selector)?.focus();
  }

  /** empty is the first field with nothing in it, as a selector; "" where there is none. */
  empty(): string {
    const input = [...(this.#form()?.querySelectorAll("input") ?? [])].find(({ value }) => value.trim() === "");
    return input ? `#${input.id}` : "";
  }

  /**
   * send carries out the deed, unless a field is empty or the deed is still being
   * done. The deed answers with the field to go to, as a selector; "" leaves the focus.
   */
  async send(event: SubmitEvent, deed: () => Promise<string>): Promise<void> {
    event.preventDefault();
    if (this.busy) return;
    const empty = this.empty();
    if (empty !== "") return this.focus(empty);
    this.busy = true;
    const next = await deed().finally(() => (this.busy = false));
    await tick();
    if (next !== "") this.focus(next);
  }
}
