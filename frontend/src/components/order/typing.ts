// Typing into a field whose text is rewritten as it is typed.

export interface Typing {
  value: string;
  pasted: boolean;
}

/**
 * typing turns a text field's input events into typed values. It leaves a field
 * alone while the IME composes, and puts the caret back behind the character it
 * stood behind once the text has been rewritten.
 */
export function typing(
  typed: (typing: Typing) => string,
  caretAfter: (typed: string, caret: number, shown: string) => number = (_typed, caret) => caret,
) {
  const take = (input: HTMLInputElement, pasted: boolean) => {
    const { value, selectionStart } = input;
    const shown = typed({ value, pasted });
    if (input.value === shown) return;
    const caret = caretAfter(value, selectionStart ?? value.length, shown);
    input.value = shown;
    input.setSelectionRange(caret, caret);
  };
  return {
    oninput: (event: Event & { currentTarget: HTMLInputElement }) => {
      const { isComposing = false, inputType = "" } = event as Partial<InputEvent>;
      if (!isComposing) take(event.currentTarget, /^insertFrom(Paste|Drop)/.test(inputType));
    },
    // The last input event of a composition still counts as composing.
    oncompositionend: (event: CompositionEvent & { currentTarget: HTMLInputElement }) =>
      take(event.currentTarget, false),
  };
}
